/* The quick exit: the page is replaced, so that Back does not lead here. By the button, or Esc twice within a second. */

const SOON = 1000;
const link = document.getElementById('exit');
let last = -Infinity;

function leave() {
    document.title = '\u00a0';
    document.body.hidden = true;
    window.location.replace(link.href);
}

link.addEventListener('click', event => {
    event.preventDefault();
    leave();
});

document.addEventListener('keydown', event => {
    if (event.key !== 'Escape' || event.repeat) {
        return;
    }
    if (event.timeStamp - last < SOON) {
        leave();
    }
    last = event.timeStamp;
});
