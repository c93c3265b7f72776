/*
 * How each broker and staff sign-on spells what it says: claim names, kinds of values, and in which answer they come.
 * From the brokers' public documentation; the counterpart of edges/oidc/presets.toml, written apart from it.
 *
 * A shape: `claims` scope → claim names; `split` true when only those of `openid` are in the id_token and the rest in
 * userinfo; `sso` whether a session is used again; `levels` whether a level is chosen; `say(person, login, sub)` all
 * claims; `acr` what the session's own level is called.
 */
import { createHash } from 'node:crypto';

const NSIS = 'https://data.gov.dk/concept/core/nsis';
const EID = 'https://data.gov.dk/model/core/eid';
const CVR = '12345678';

/** A pseudonym of this person at this provider, shaped like a UUID. */
export function pseudonym(provider, id) {
    const hex = createHash('sha256').update(`${provider} ${id}`).digest('hex');
    return [8, 12, 16, 20, 32].map((end, place, ends) => hex.slice(ends[place - 1] ?? 0, end)).join('-');
}

const capital = level => level[0].toUpperCase() + level.slice(1);
const age = person => String(new Date().getFullYear() - Number(person.birthdate.slice(0, 4)));

const idura = {
    levels: true,
    claims: {
        openid: [
            'sub', 'identityscheme', 'authenticationtype', 'authenticationmethod', 'uuid', 'name', 'birthdate', 'dateofbirth',
            'age', 'loA', 'ial', 'aal', 'fal', 'country', 'cvrNumberIdentifier'
        ],
        ssn: ['cprNumberIdentifier']
    },
    say: (person, login, sub) => ({
        sub: `{${sub}}`,
        identityscheme: 'dkmitid',
        authenticationtype: login.professional ? 'urn:grn:authn:dk:mitid:business' : `urn:grn:authn:dk:mitid:${login.level}`,
        authenticationmethod: `app:${Date.now()}:${login.level.toUpperCase()}`,
        uuid: person.uuid,
        cprNumberIdentifier: person.cpr,
        name: person.name,
        birthdate: person.birthdate,
        dateofbirth: person.birthdate,
        age: age(person),
        loA: login.level.toUpperCase(),
        ial: login.level.toUpperCase(),
        aal: login.level.toUpperCase(),
        fal: 'HIGH',
        country: 'DK',
        cvrNumberIdentifier: login.professional ? CVR : undefined
    })
};

const signicat = {
    levels: true,
    split: true,
    acr: level => level,
    claims: {
        openid: ['sub', 'idp', 'idp_issuer', 'transaction_id', 'sandbox'],
        profile: ['name', 'birthdate'],
        'idp-id': ['idp_id'],
        nin: ['nin', 'nin_type', 'nin_issuing_country'],
        'mitid-extra': ['mitid_has_cpr', 'mitid_uuid', 'mitid_loa', 'mitid_ial', 'mitid_aal', 'mitid_fal']
    },
    say: (person, login, sub) => ({
        sub,
        idp: login.professional ? 'mitid-business' : 'mitid',
        idp_issuer: 'Signaturgruppen',
        transaction_id: pseudonym('transaction', sub),
        sandbox: true,
        name: person.name,
        birthdate: person.birthdate,
        idp_id: person.uuid,
        nin: person.cpr,
        nin_type: 'PERSON',
        nin_issuing_country: 'DK',
        mitid_has_cpr: true,
        mitid_uuid: person.uuid,
        mitid_loa: login.level.toUpperCase(),
        mitid_ial: login.level.toUpperCase(),
        mitid_aal: login.level.toUpperCase(),
        mitid_fal: 'HIGH'
    })
};

const neb = {
    levels: true,
    split: true,
    aborted: 'mitid_user_aborted',
    acr: level => `${NSIS}/${capital(level)}`,
    claims: {
        openid: ['sub', 'idp', 'identity_type', 'loa', 'ial', 'aal', 'session_expiry', 'transaction_id'],
        mitid: [
            'mitid.uuid', 'mitid.age', 'mitid.date_of_birth', 'mitid.has_cpr', 'mitid.identity_name', 'idp_identity_id'
        ],
        ssn: ['dk.cpr']
    },
    say: (person, login, sub) => ({
        sub,
        idp: 'mitid',
        identity_type: login.professional ? 'professional' : 'private',
        loa: `${NSIS}/${capital(login.level)}`,
        ial: `${NSIS}/${capital(login.level)}`,
        aal: `${NSIS}/${capital(login.level)}`,
        session_expiry: String(Math.floor(Date.now() / 1000) + 1200),
        transaction_id: pseudonym('transaction', sub),
        idp_identity_id: person.uuid,
        'mitid.uuid': person.uuid,
        'mitid.age': age(person),
        'mitid.date_of_birth': person.birthdate,
        'mitid.has_cpr': 'true',
        'mitid.identity_name': person.name,
        'dk.cpr': person.cpr
    })
};

const bridge = {
    levels: true,
    claims: {
        openid: [
            'sub', 'https://data.gov.dk/model/core/specVersion', `${NSIS}/loa`, `${EID}/cprNumber`, `${EID}/cprUuid`,
            `${EID}/fullName`, `${EID}/dateOfBirth`, `${EID}/professional/cvr`
        ],
        profile: []
    },
    say: (person, login, sub) => ({
        sub,
        'https://data.gov.dk/model/core/specVersion': 'OIO-SAML-3.0',
        [`${NSIS}/loa`]: capital(login.level),
        [`${EID}/cprNumber`]: person.cpr,
        [`${EID}/cprUuid`]: person.uuid && `urn:uuid:${person.uuid}`,
        [`${EID}/fullName`]: person.name,
        [`${EID}/dateOfBirth`]: person.birthdate,
        [`${EID}/professional/cvr`]: login.professional ? CVR : undefined
    })
};

const staff = {
    sso: true,
    claims: { openid: ['sub', 'oid', 'tid', 'roles', 'groups'], profile: ['name', 'preferred_username'], email: ['email'] },
    say: (person, login, sub) => ({
        sub,
        oid: pseudonym('directory', person.id),
        tid: pseudonym('directory', 'tenant'),
        roles: person.roles,
        groups: person.groups,
        name: person.name,
        preferred_username: person.email,
        email: person.email
    })
};

export const shapes = { idura, signicat, neb, 'nemlogin-bridge': bridge, staff };
