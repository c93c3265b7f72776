/* Goes on by itself: the button is pressed for whoever has been called or comes back. */

document.title = `* ${document.querySelector('h1').textContent}`;
const form = document.getElementById('by-itself');

/* Once: whoever comes here with Back meant to, and presses the button themselves. */
if (performance.getEntriesByType('navigation')[0]?.type !== 'back_forward') {
    form.requestSubmit();
}
