/*
 * An OpenID provider (npm `oidc-provider`) playing MitID brokers and staff sign-ons, for demo and tests.
 *
 *   node provider.js <folder made by ./install>
 *
 * One JSON object a line. In:
 *   {id, do: 'open', name, shape, clients, people}   a provider on a free port of this machine; answers {issuer}
 *   {id, do: 'people', name, people}                 more people, or the same ones changed
 *   {id, do: 'rotate', name}                         new keys; what the old ones signed is no longer vouched for
 * End of input: quit. Out: {id, value} or {id, error}, and {id: 0} when ready. Everything else is on standard error.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

import { faultPage, languageOf, loginPage } from './page.js';
import { pseudonym, shapes } from './shapes.js';

console.info = console.log = console.error;  // standard output belongs to the answers

const library = resolve(process.argv[2], 'node_modules/oidc-provider/lib/index.js');
const { default: Provider } = await import(pathToFileURL(library));
const LEVELS = ['low', 'substantial', 'high'];
const LARGEST_FORM = 10_000;
const providers = new Map();

function newKeys() {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
    return [
        { ...rsa, kid: randomUUID(), use: 'sig', alg: 'RS256' },
        { ...ec, kid: randomUUID(), use: 'sig', alg: 'ES256' }
    ];
}

/** Everything that was asked for is granted: whoever asks is registered, and brokers ask nobody again. */
async function grantAll(ctx) {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope(ctx.oidc.params.scope);
    await grant.save();
    return grant;
}

class OneProvider {
    constructor({ name, shape, clients, people }) {
        this.name = name;
        this.shape = shapes[shape];
        this.clients = clients;
        this.people = new Map();
        this.logins = new Map();
        this.cookieKey = randomUUID();
        this.add(people);
    }

    add(people) {
        people.forEach(person => this.people.set(person.id, person));
    }

    async listen() {
        this.server = createServer((request, response) => this.answer(request, response));
        await new Promise(done => this.server.listen(0, '127.0.0.1', done));
        this.issuer = `http://127.0.0.1:${this.server.address().port}`;
        this.rotate();
    }

    /** A provider anew, with new keys: sessions and codes are kept elsewhere and go on. */
    rotate() {
        this.provider = new Provider(this.issuer, this.configuration(newKeys()));
        this.callback = this.provider.callback();
    }

    configuration(keys) {
        // Cookies know no ports: two providers on one machine must not read each other's.
        const names = Object.fromEntries(['session', 'interaction', 'resume'].map(kind => [kind, `${this.name}_${kind}`]));
        return {
            clients: this.clients,
            jwks: { keys },
            claims: { acr: null, auth_time: null, iss: null, sid: null, ...this.shape.claims },
            conformIdTokenClaims: Boolean(this.shape.split),
            scopes: [...Object.keys(this.shape.claims), ...(this.shape.sso ? ['offline_access'] : [])],
            issueRefreshToken: (ctx, client, code) => client.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access'),
            extraParams: ['idp_values', 'idp_params', 'language'],
            cookies: { keys: [this.cookieKey], names, long: { signed: true }, short: { signed: true } },
            features: {
                devInteractions: { enabled: false },
                jwtUserinfo: { enabled: true },
                deviceFlow: { enabled: Boolean(this.shape.sso) }
            },
            pkce: { required: () => true, methods: ['S256'] },
            ttl: { AccessToken: 300, AuthorizationCode: 15, IdToken: 300, Interaction: 900, Grant: 900, Session: 3600 },
            enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'], userinfoSigningAlgValues: ['RS256', 'ES256'] },
            findAccount: (ctx, id) => this.account(id),
            loadExistingGrant: grantAll,
            interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
            renderError: (ctx, out) => {
                ctx.type = 'html';
                ctx.body = faultPage('da', out.error);
            }
        };
    }

    account(id) {
        const login = this.logins.get(id);
        return login && {
            accountId: id,
            claims: () => this.shape.say(this.people.get(login.person), login, pseudonym(this.name, login.person))
        };
    }

    async answer(request, response) {
        try {
            const { pathname } = new URL(request.url, this.issuer);
            if (pathname.startsWith('/interaction/')) {
                await this.interact(request, response);
                return;
            }
            if (pathname.startsWith('/auth') && !this.shape.sso) {
                this.forgetSession(request);
            }
            this.callback(request, response);
        } catch (fault) {
            console.error(fault);
            this.send(response, 400, faultPage('da', fault.name));
        }
    }

    /** MitID is a fresh login each time: the session of the one before never gets as far as the provider. */
    forgetSession(request) {
        const cookies = (request.headers.cookie ?? '').split('; ');
        request.headers.cookie = cookies.filter(cookie => !cookie.startsWith(`${this.name}_session`)).join('; ');
    }

    async interact(request, response) {
        const details = await this.provider.interactionDetails(request, response);
        if (request.method !== 'POST') {
            this.send(response, 200, loginPage({
                language: languageOf(details.params),
                people: [...this.people.values()],
                asked: askedLevel(details.params),
                purpose: purposeOf(details.params),
                hasLevels: Boolean(this.shape.levels),
                path: `/interaction/${details.uid}`
            }));
            return;
        }
        const result = this.result(await formOf(request));
        await this.provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    }

    result(form) {
        const person = form.get('person'), level = form.get('level') ?? 'substantial';
        if (form.get('act') !== 'login') {
            return { error: 'access_denied', error_description: this.shape.aborted ?? 'cancelled' };
        }
        if (!this.people.has(person) || !LEVELS.includes(level)) {
            throw new RangeError('no such person or level');
        }
        // With sessions, the same person again is the same account: another one would be logged out first.
        const accountId = this.shape.sso ? person : randomUUID();
        this.logins.set(accountId, { person, level, professional: form.has('professional') });
        return { login: { accountId, acr: this.shape.acr?.(level), amr: ['code_app'], remember: false } };
    }

    send(response, status, html) {
        response.writeHead(status, {
            'Content-Type': 'text/html; charset=utf-8',
            'Cache-Control': 'no-store',
            'Referrer-Policy': 'no-referrer',
            // No form-action: browsers would hold it against the redirect that leads back to whoever sent them here.
            'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
        }).end(html);
    }
}

function askedLevel(params) {
    const asked = /(low|substantial|high)\b/i.exec(`${params.acr_values ?? ''} ${params.idp_params ?? ''}`);
    return asked ? asked[1].toLowerCase() : 'substantial';
}

function purposeOf(params) {
    const hint = /(?:message:|"reference_text":")([\w+/=]+)/.exec(`${params.login_hint ?? ''} ${params.idp_params ?? ''}`);
    return hint ? Buffer.from(hint[1], 'base64').toString('utf8') : '';
}

async function formOf(request) {
    let body = '';
    for await (const chunk of request) {
        body += chunk;
        if (body.length > LARGEST_FORM) {
            throw new RangeError('form too large');
        }
    }
    return new URLSearchParams(body);
}

const ORDERS = {
    async open(order) {
        if (!(order.shape in shapes) || providers.has(order.name)) {
            throw new RangeError('no such shape, or a provider of this name is open');
        }
        const provider = new OneProvider(order);
        await provider.listen();
        providers.set(order.name, provider);
        return { issuer: provider.issuer };
    },
    people: async order => providers.get(order.name).add(order.people),
    rotate: async order => providers.get(order.name).rotate()
};

const say = line => process.stdout.write(`${JSON.stringify(line)}\n`);

say({ id: 0 });
for await (const line of createInterface({ input: process.stdin })) {
    const order = JSON.parse(line);
    try {
        say({ id: order.id, value: (await ORDERS[order.do](order)) ?? null });
    } catch (fault) {
        say({ id: order.id, error: String(fault.message) });
    }
}
process.exit(0);
