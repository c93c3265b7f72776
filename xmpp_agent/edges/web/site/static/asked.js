/* Looks whether a recording began or ended, or the answer was written down by staff; then the page is read anew. */

const POLL = 5000;
const asked = document.getElementById('asked');
const lost = document.getElementById('lost');

async function look() {
    try {
        const answer = await fetch(`${asked.dataset.here}/now`, { cache: 'no-store', redirect: 'manual' });
        if (answer.status >= 500 || answer.status === 429) {
            throw new Error('away');
        }
        if (!answer.ok || (await answer.json()).state !== asked.dataset.state) {
            window.location.reload();
            return;
        }
        lost.textContent = '';
    } catch {
        lost.textContent = lost.dataset.words;
    }
    window.setTimeout(look, POLL);
}

window.setTimeout(look, POLL);
