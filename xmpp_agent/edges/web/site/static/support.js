/* Says so, before anybody has gone far, when this browser cannot hold a meeting or will not be let to log in. */

const able = window.RTCPeerConnection && navigator.mediaDevices && navigator.mediaDevices.getUserMedia;
/* The web views of other apps: MitID does not run there, and most get no camera. */
const inside = /FBAN|FBAV|Instagram|; wv\)/.test(navigator.userAgent);

if (inside) {
    document.getElementById('inside').hidden = false;
} else if (!able) {
    document.getElementById('old').hidden = false;
}
