/* Keeps the page true: looks at it anew when the agent says that something changed, and shows what became of a press.

   Nothing is shown because it was asked for: rows change only by what the server says next. The new page is taken in
   as a document and laid over the old one, so that focus, folded parts and half-written words stay where they are. */

const TOLD_AGAIN = 30000;
const NO_STREAM = 5000;
const LEAST = 1000;
const SHOWN_FOR = 30000;
const SOUND = 'portner-sound';
const ROOTS = ['day', 'lost'];
const said = document.getElementById('said');
const why = document.getElementById('why');
const stale = document.getElementById('stale');
const tell = document.getElementById('tell');
const soundButton = document.getElementById('sound');
const title = document.title;

let looking = false;
let again = false;
let lastLook = 0;
let timer = 0;
let streaming = false;
let audio = null;
const revealed = new Map();

/* --- laying the new page over the old one ------------------------------------------------------------------- */

const isTyped = node => node instanceof HTMLTextAreaElement || node instanceof HTMLInputElement
    || node instanceof HTMLSelectElement;

function attributes(old, fresh) {
    for (const { name } of [...old.attributes]) {
        if (!fresh.hasAttribute(name) && !(name === 'open' && old instanceof HTMLDetailsElement)) {
            old.removeAttribute(name);
        }
    }
    for (const { name, value } of fresh.attributes) {
        if (old.getAttribute(name) !== value) {
            old.setAttribute(name, value);
        }
    }
}

const keyOf = node => (node.nodeType === Node.ELEMENT_NODE && node.id) || '';

function lay(old, fresh) {
    if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
        old.replaceWith(document.importNode(fresh, true));
        return;
    }
    if (old.nodeType !== Node.ELEMENT_NODE) {
        if (old.nodeValue !== fresh.nodeValue) {
            old.nodeValue = fresh.nodeValue;
        }
        return;
    }
    attributes(old, fresh);
    if (!isTyped(old) || old instanceof HTMLSelectElement) {
        children(old, fresh);
    }
}

function children(old, fresh) {
    const kept = new Map([...old.childNodes].filter(keyOf).map(node => [keyOf(node), node]));
    let here = old.firstChild;
    for (const node of fresh.childNodes) {
        const known = keyOf(node) ? kept.get(keyOf(node)) : null;
        if (known) {
            if (known !== here) {
                old.insertBefore(known, here);
            }
            here = known.nextSibling;
            lay(known, node);
        } else if (here && !keyOf(node) && !keyOf(here) && here.nodeName === node.nodeName) {
            const next = here.nextSibling;
            lay(here, node);
            here = next;
        } else {
            old.insertBefore(document.importNode(node, true), here);
        }
    }
    while (here) {
        const next = here.nextSibling;
        here.remove();
        here = next;
    }
}

/* --- looking ---------------------------------------------------------------------------------------------------- */

function page() {
    return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open('GET', window.location.pathname);
        request.setRequestHeader('portner-by', 'script');
        request.responseType = 'document';
        request.timeout = 10000;
        request.onload = () => resolve(request);
        request.onerror = request.ontimeout = () => reject(new Error('away'));
        request.send();
    });
}

/* Whether nothing of somebody's work would be lost with the page; `sent` is a form that came to nothing. */
function isIdle(sent = null) {
    const typed = [...document.querySelectorAll('textarea, input:not([type="hidden"])')].some(field => field.value
        && field.value !== field.defaultValue);
    const busy = [...document.querySelectorAll('form[data-busy]')].some(form => form !== sent);
    return !typed && !revealed.size && !busy;
}

function words(element, text) {
    if (element.textContent !== text) {
        element.textContent = text;
    }
}

async function look() {
    if (looking) {
        again = true;
        return;
    }
    looking = true;
    window.clearTimeout(timer);
    try {
        const answer = await page();
        const fresh = answer.response && answer.response.getElementById('day');
        if ((answer.status === 401 || (fresh && fresh.dataset.renew === 'yes')) && isIdle()) {
            window.location.reload();  /* signed out, or to be signed on anew, which takes a page of its own */
            return;
        }
        if (!fresh) {
            throw new Error('away');
        }
        show(answer.response);
        words(stale, '');
    } catch {
        words(stale, stale.dataset.words);
    } finally {
        looking = false;
        lastLook = performance.now();
        const wait = again ? LEAST : streaming ? TOLD_AGAIN : NO_STREAM;
        again = false;
        timer = window.setTimeout(look, wait);
    }
}

function show(fresh) {
    const before = waiting();
    for (const id of ROOTS) {
        lay(document.getElementById(id), fresh.getElementById(id));
    }
    keepRevealed();
    soundLabel();
    const now = waiting();
    if ([...now].some(one => !before.has(one))) {
        knock();
    }
    document.title = now.size ? `(${now.size}) ${title}` : title;
}

const day = () => document.getElementById('day');
const waiting = () => new Set(day().dataset.waiting.split('|').filter(Boolean));

function soon() {
    const passed = performance.now() - lastLook;
    if (passed >= LEAST) {
        look();
    } else {
        window.clearTimeout(timer);
        timer = window.setTimeout(look, LEAST - passed);
    }
}

function listen() {
    const stream = new EventSource('/staff/events');
    stream.addEventListener('changed', soon);
    stream.onopen = () => {
        streaming = true;
    };
    stream.onerror = () => {
        streaming = false;
        soon();
        if (stream.readyState === EventSource.CLOSED) {
            window.setTimeout(listen, NO_STREAM);
        }
    };
}

/* --- telling that somebody knocks ------------------------------------------------------------------------------ */

function soundLabel() {
    if (!soundButton || !document.getElementById('sound')) {
        return;
    }
    const button = document.getElementById('sound');
    button.hidden = false;
    button.setAttribute('aria-pressed', String(audio !== null));
    words(button, audio ? button.dataset.off : button.dataset.on);
}

async function pressSound() {
    if (audio) {
        await audio.close();
        audio = null;
        window.sessionStorage.removeItem(SOUND);
    } else {
        audio = new AudioContext();
        await audio.resume();
        tone();
        window.sessionStorage.setItem(SOUND, 'on');
        words(why, '');
    }
    soundLabel();
}

/* The page was loaded again while sound was on: on it stays if the browser allows that, else the page says so. */
async function soundAgain() {
    const button = document.getElementById('sound');
    if (!button || window.sessionStorage.getItem(SOUND) !== 'on') {
        return;
    }
    const allowed = new AudioContext();
    if (allowed.state === 'running') {
        audio = allowed;
    } else {
        words(why, button.dataset.lost);
        await allowed.close();
    }
    soundLabel();
}

/* Two soft tones, made here. */
function tone() {
    for (const [at, pitch] of [[0, 660], [0.18, 880]]) {
        const source = audio.createOscillator();
        const volume = audio.createGain();
        const begin = audio.currentTime + at;
        source.frequency.value = pitch;
        volume.gain.setValueAtTime(0.0001, begin);
        volume.gain.exponentialRampToValueAtTime(0.2, begin + 0.02);
        volume.gain.exponentialRampToValueAtTime(0.0001, begin + 0.35);
        source.connect(volume).connect(audio.destination);
        source.start(begin);
        source.stop(begin + 0.4);
    }
}

function knock() {
    tell.textContent = '';
    window.setTimeout(() => words(tell, day().dataset.knock), 50);
    if (audio) {
        tone();
    }
    document.body.dataset.knocked = String(Number(document.body.dataset.knocked || 0) + 1);
}

/* --- presses ------------------------------------------------------------------------------------------------------ */

async function send(form, button) {
    const fields = new URLSearchParams(new FormData(form, button));
    fields.set('by', 'script');
    const answer = await fetch(form.getAttribute('action'), { method: 'POST', body: fields, redirect: 'error' });
    if (answer.status === 401 && isIdle(form)) {
        window.location.reload();
        return;
    }
    const outcome = await answer.json();
    if (outcome.to) {
        window.location.assign(outcome.to);
        return;
    }
    words(said, outcome.done ? outcome.text : '');
    words(why, outcome.done ? '' : outcome.text);
    if (outcome.done) {
        const details = form.closest('details');
        form.reset();
        if (details) {
            details.open = false;
            details.querySelector('summary').focus();
        }
        reveal(form, outcome);
    }
}

/* A name or number that took a reason: shown for a while, and gone again. */
function reveal(form, outcome) {
    const row = form.closest('.row');
    if (!row || !(outcome.names || outcome.numbers)) {
        return;
    }
    revealed.set(row.id, outcome);
    keepRevealed();
    window.setTimeout(() => {
        revealed.delete(row.id);
        look();
    }, SHOWN_FOR);
}

function keepRevealed() {
    for (const [id, outcome] of revealed) {
        const row = document.getElementById(id);
        if (row && outcome.names) {
            words(row.querySelector('.name'), outcome.names);
        }
        if (row && outcome.numbers && !row.querySelector('.told')) {
            const line = document.createElement('p');
            const link = document.createElement('a');
            line.className = 'act told';
            link.className = 'button small main';
            link.href = `tel:${outcome.numbers}`;
            link.textContent = outcome.numbers;
            line.append(link);
            row.querySelector('.acts').prepend(line);
            link.focus();
        }
    }
}

document.addEventListener('submit', event => {
    const form = event.target;
    if (!day().contains(form) || form.hasAttribute('data-window')) {
        window.setTimeout(soon, LEAST);
        if (form.hasAttribute('data-window')) {
            window.setTimeout(() => form.reset(), 0);  /* a number is not left on the screen */
        }
        return;
    }
    event.preventDefault();
    if (form.dataset.busy) {
        return;
    }
    form.dataset.busy = 'yes';
    send(form, event.submitter)
        .catch(() => words(stale, stale.dataset.words))
        .finally(() => {
            delete form.dataset.busy;
            soon();
        });
});

document.addEventListener('click', event => {
    if (event.target instanceof Element && event.target.id === 'sound') {
        pressSound();
    }
});

document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') {
        soon();
    }
});

soundLabel();
soundAgain();
document.title = waiting().size ? `(${waiting().size}) ${title}` : title;
timer = window.setTimeout(look, TOLD_AGAIN);
listen();
