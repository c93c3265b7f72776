/* Tries camera and microphone: picture, level, choice of devices, and one word for what was found. Nothing is sent but
   that word. */

const byId = id => document.getElementById(id);
const [trial, start, running, again, done] = ['trial', 'start', 'running', 'again', 'done'].map(byId);
const selects = { video: byId('camera'), audio: byId('microphone') };
const button = done.querySelector('button');
const tracks = {};
let stopMeter = () => {};

function tell(found) {
    for (const line of document.querySelectorAll('[data-found]')) {
        line.hidden = line.dataset.found !== found;
    }
    done.elements.found.value = found;
    button.textContent = found === 'good' ? button.dataset.good : button.dataset.bad;
    done.hidden = false;
    byId('ask').hidden = true;
    start.hidden = true;
    again.hidden = found === 'good' || found === 'unsupported';
}

function stop(kind) {
    tracks[kind]?.stop();
    delete tracks[kind];
}

/* Answers the name of the error, or ''. */
async function take(kinds) {
    kinds.forEach(stop);
    const wanted = kinds.map(kind => [kind, selects[kind].value ? { deviceId: { exact: selects[kind].value } } : true]);
    try {
        const stream = await navigator.mediaDevices.getUserMedia(Object.fromEntries(wanted));
        stream.getTracks().forEach(track => {
            tracks[track.kind] = track;
        });
        return '';
    } catch (error) {
        return error.name;
    }
}

/* Both at once, so that the browser asks once; then one by one: a missing camera must not cost the microphone. */
async function takeAll() {
    const both = await take(['audio', 'video']);
    if (both === '' || both === 'NotAllowedError') {
        return [both, both];
    }
    return [await take(['audio']), await take(['video'])];
}

function showPicture() {
    byId('picture').srcObject = tracks.video ? new MediaStream([tracks.video]) : null;
}

function showLevel() {
    stopMeter();
    if (!tracks.audio || !window.AudioContext) {
        return;
    }
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(new MediaStream([tracks.audio])).connect(analyser);
    const samples = new Uint8Array(analyser.fftSize);
    const timer = window.setInterval(() => {
        analyser.getByteTimeDomainData(samples);
        byId('level').value = Math.min(100, Math.max(...samples.map(sample => Math.abs(sample - 128))));
    }, 150);
    stopMeter = () => {
        window.clearInterval(timer);
        context.close();
    };
}

async function list() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    for (const [kind, select] of Object.entries(selects)) {
        const found = devices.filter(device => device.kind === `${kind}input`);
        select.replaceChildren(...found.map((device, number) => {
            const name = device.label || byId('unnamed').innerHTML.replace('#', number + 1);
            return new Option(name, device.deviceId);
        }));
        const inUse = tracks[kind]?.getSettings().deviceId;
        if (found.some(device => device.deviceId === inUse)) {
            select.value = inUse;
        }
        select.closest('p').hidden = found.length < 2;
    }
}

function judge(microphone, camera) {
    if ([microphone, camera].includes('NotAllowedError')) {
        return 'blocked';
    }
    return microphone ? 'no_microphone' : camera ? 'no_camera' : 'good';
}

async function test() {
    start.disabled = again.disabled = true;
    const [microphone, camera] = await takeAll();
    running.hidden = !tracks.audio && !tracks.video;
    showPicture();
    showLevel();
    await list();
    start.disabled = again.disabled = false;
    tell(judge(microphone, camera));
}

trial.hidden = false;
if (navigator.mediaDevices?.getUserMedia) {
    start.addEventListener('click', test);
    again.addEventListener('click', test);
    Object.values(selects).forEach(select => select.addEventListener('change', test));
    /* The meeting needs the devices next: let go of them at once. */
    window.addEventListener('pagehide', () => {
        stopMeter();
        Object.keys(tracks).forEach(stop);
    });
} else {
    tell('unsupported');
}
