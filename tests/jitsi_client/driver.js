/*
 * Drives pages in one headless Chromium, for tests/end_to_end/browser.py: a bare page with the Jitsi client library, or
 * any page on this machine, which is then looked at and used as a person would.
 *
 *   node driver.js <folder with playwright-core> <folder with the library> <chromium> [<picture of the camera, .y4m>]
 *
 * One JSON object a line. In: {id, do, page, ...}, `do` being one of ORDERS; end of input: quit.
 * Out: {id, value} or {id, error} for each of these, id 0 when ready; {page, event, args}: an event of the library;
 * {page, request}: an address it asked for; {page, frame, sent}: a frame of its websocket; {page, trouble}: an uncaught
 * error, a crash, a blocked request, something the page's own Content-Security-Policy forbids.
 */
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const readline = require('node:readline');

const [store, library, executablePath, camera] = process.argv.slice(2);
const { chromium } = require(path.resolve(store, 'playwright-core'));

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
const CHROMIUM_ARGS = [
    '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--autoplay-policy=no-user-gesture-required',
    '--allow-loopback-in-peer-connection',
    // Every name and address is this machine, whatever the library asks for and by whatever protocol: nothing can leave,
    // and the server is reached under its own name, as Prosody's HTTP hosts need it.
    '--no-proxy-server', '--host-resolver-rules=MAP * 127.0.0.1',
    ...camera ? [`--use-file-for-fake-video-capture=${camera}`] : []
];
const SERVED = {
    '/': ['text/html', path.join(__dirname, 'page.html')],
    '/page.js': ['text/javascript', path.join(__dirname, 'page.js')],
    '/jquery.min.js': ['text/javascript', path.join(library, 'jquery/dist/jquery.min.js')],
    '/lib-jitsi-meet.min.js': ['text/javascript', path.join(library, 'lib-jitsi-meet/lib-jitsi-meet.min.js')]
};

const names = new WeakMap();

function say(line) {
    process.stdout.write(`${JSON.stringify(line)}\n`);
}

function serve(request, response) {
    const served = SERVED[new URL(request.url, 'http://localhost').pathname];
    if (!served) {
        response.writeHead(404).end();
        return;
    }
    response.writeHead(200, { 'Content-Type': served[0] });
    fs.createReadStream(served[1]).pipe(response);
}

/* A browser of somebody's own: nothing shared with the others, and nothing that leaves this machine. */
async function newPerson(browser, name) {
    const context = await browser.newContext();
    await context.route('**/*', route => {
        const url = new URL(route.request().url());
        if (LOOPBACK.has(url.hostname)) {
            return route.continue();
        }
        say({ page: name, trouble: `asked for ${url.host}` });
        return route.abort();
    });
    context.on('request', request => say({ page: asker(request, name), request: request.url() }));
    await context.exposeFunction('tell', (event, args) => say({ page: name, event, args }));
    return context;
}

/* Whose request it is: the page's, or as long as a window is not known yet, that of whoever has the browser. */
function asker(request, person) {
    try {
        return names.get(request.frame().page()) ?? person;
    } catch {
        return person;
    }
}

function watch(page, name) {
    names.set(page, name);
    page.on('pageerror', error => say({ page: name, trouble: error.message }));
    page.on('console', message => {
        if (message.text().includes('Content Security Policy')) {
            say({ page: name, trouble: message.text() });
        }
    });
    page.on('crash', () => say({ page: name, trouble: 'crashed' }));
    page.on('websocket', socket => {
        socket.on('framesent', frame => say({ page: name, frame: String(frame.payload), sent: true }));
        socket.on('framereceived', frame => say({ page: name, frame: String(frame.payload), sent: false }));
    });
    return page;
}

async function open(context, name, url) {
    const page = watch(await context.newPage(), name);
    await page.goto(url);
    return page;
}

/* What can be done with an open page. Whatever waits, waits as long as the asker does, who has the deadline. */
const ORDERS = {
    call: (page, { fn, args }) => page.evaluate(([name, given]) => window.client[name](...given), [fn, args]),
    reload: page => page.reload().then(() => null),
    visit: (page, { url }) => page.goto(url).then(() => null),
    cookies: (page, { cookies }) => page.context().clearCookies().then(() => page.context().addCookies(cookies)),
    evaluate: (page, { script }) => page.evaluate(script),
    see: (page, { selector, text }) =>
        page.locator(selector, { hasText: text }).first().waitFor({ state: 'visible', timeout: 0 }),
    press: (page, { role, name }) => page.getByRole(role, { name }).click({ timeout: 0 }),
    fill: (page, { label, text }) => page.getByLabel(label, { exact: true }).fill(text, { timeout: 0 }),
    choose: (page, { label, option }) =>
        page.getByLabel(label, { exact: true }).selectOption({ label: option }, { timeout: 0 }),
    key: (page, { key }) => page.keyboard.press(key),
    size: (page, { width, height }) => page.setViewportSize({ width, height }),
    picture: (page, { file }) => page.screenshot({ path: file }).then(() => null)
};

async function obey(browser, origin, pages, order) {
    if (order.do === 'open') {
        const context = order.beside ? pages.get(order.beside).context() : await newPerson(browser, order.page);
        pages.set(order.page, await open(context, order.page, order.url ?? origin));
        return null;
    }
    const page = pages.get(order.page);
    if (!page) {
        throw new Error(`no page ${order.page}`);
    }
    if (order.do === 'window') {
        const [fresh] = await Promise.all([page.waitForEvent('popup', { timeout: 0 }), ORDERS.press(page, order)]);
        pages.set(order.fresh, watch(fresh, order.fresh));
        return null;
    }
    if (order.do === 'close') {
        pages.delete(order.page);
        await page.close();
        if (page.context().pages().length === 0) {
            await page.context().close();
        }
        return null;
    }
    if (!Object.hasOwn(ORDERS, order.do)) {
        throw new Error(`unknown order ${order.do}`);
    }
    return ORDERS[order.do](page, order);
}

async function main() {
    const server = http.createServer(serve);
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${server.address().port}/`;
    const browser = await chromium.launch({
        executablePath, args: CHROMIUM_ARGS, headless: true, chromiumSandbox: false,
        handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false
    });
    const pages = new Map();
    say({ id: 0, value: browser.version() });
    for await (const line of readline.createInterface({ input: process.stdin })) {
        const order = JSON.parse(line);
        // Not awaited: a call that waits (a knock nobody answers) must not hold up the other pages.
        obey(browser, origin, pages, order).then(
            value => say({ id: order.id, value: value ?? null }),
            error => say({ id: order.id, error: error.message })
        );
    }
    await browser.close();
    server.close();
    server.closeAllConnections();
}

main();
