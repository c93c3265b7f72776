/* Waits: counts down to when the page opens, shows the place in line, and goes on when it is time or staff call. */

const POLL = 4000;
const SLOW_POLL = 60000;
const wait = document.getElementById('wait');
const left = document.getElementById('left');
const place = document.getElementById('place');
const lost = document.getElementById('lost');
const { step, here, token, starts } = wait.dataset;
const opensAt = performance.now() + 1000 * Number(wait.dataset.opensIn);

function say(element, words) {
    if (element && element.textContent !== words) {
        element.textContent = words;
    }
}

function countDown() {
    const seconds = (opensAt - performance.now()) / 1000;
    if (seconds > 3 * 3600) {
        return;
    }
    const minutes = Math.ceil(seconds / 60);
    left.hidden = false;
    say(left, seconds < 60 ? left.dataset.soon
        : minutes === 1 ? left.dataset.one : left.dataset.many.replace('#', minutes));
}

/* Whether the page is left for what is true now. */
function show(now) {
    if (now.step !== step) {
        window.location.replace(here);
        return true;
    }
    if (now.starts_at !== Number(starts)) {
        window.location.replace(`${here}?why=moved`);
        return true;
    }
    if (place) {
        say(place, now.place === 1 ? place.dataset.next
            : now.place ? place.dataset.many.replace('#', now.place) : '');
    }
    return false;
}

/* In line each question is a sign of life, which is kept: a form, not a look. */
function question() {
    const how = { cache: 'no-store', redirect: 'error' };
    return left ? fetch(`${here}/where`, how)
        : fetch(`${here}/line`, { ...how, method: 'POST', body: new URLSearchParams({ token, by: 'script' }) });
}

async function ask() {
    let gone = false;
    try {
        const answer = await question();
        if (answer.status >= 500 || answer.status === 429) {
            throw new Error('away');
        }
        say(lost, '');
        gone = answer.ok ? show(await answer.json()) : show({});
    } catch {
        say(lost, lost.dataset.words);
    }
    if (!gone) {
        window.setTimeout(ask, next());
    }
}

/* Early: asked when it should open, and now and then in case the meeting is moved. In line: all the time. */
function next() {
    if (!left) {
        return POLL;
    }
    return Math.min(SLOW_POLL, Math.max(POLL, opensAt - performance.now() + 500));
}

/* A phone that is only waiting would lock its screen and stop asking. */
async function stayAwake() {
    try {
        await navigator.wakeLock.request('screen');
    } catch {
        /* Not offered, or not now: the place is kept while the phone sleeps. */
    }
}

if (left) {
    countDown();
    window.setInterval(countDown, 1000);
} else {
    stayAwake();
}
document.addEventListener('visibilitychange', () => {
    if (!left && document.visibilityState === 'visible') {
        stayAwake();
    }
});
/* The first question in line takes the place. */
window.setTimeout(ask, left ? next() : 0);
