/*
 * The address of the page, read as Jitsi Meet reads its own: `/{room}?lang=da#jwt="…"&config.localSubject="…"`. Each value of
 * the fragment is JSON, URL-encoded. What Jitsi cannot read is not there; here neither.
 */

/* A `=` that was not encoded ends the value, and typographic quotation marks become plain ones: both as in Jitsi. */
function fragment(hash) {
    const read = new Map();
    for (const pair of hash.slice(1).split('&')) {
        const [key, value] = pair.split('=');
        try {
            const json = decodeURIComponent(value).replace(/[‘’]/g, "'").replace(/[“”]/g, '"');
            read.set(key, JSON.parse(json));
        } catch {
            // left out
        }
    }
    return read;
}

/* What the pass says, unchecked: whose it is, and until when. */
function claims(pass) {
    try {
        const base64 = pass.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
        return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(base64), char => char.charCodeAt(0))));
    } catch {
        return {};
    }
}

/* {room, language, pass, name, title, audioOff, videoOff}; pass is null when there is none or it has expired. */
export function readAddress(location, now) {
    const given = fragment(location.hash);
    const pass = given.get('jwt') ?? null;
    const { exp = Infinity, context } = claims(pass);
    return {
        room: decodeURIComponent(location.pathname.slice(1)).toLowerCase(),
        language: new URLSearchParams(location.search).get('lang') === 'en' ? 'en' : 'da',
        pass: exp * 1000 > now ? pass : null,
        name: context?.user?.name ?? '',
        title: given.get('config.localSubject') || given.get('config.subject') || '',
        audioOff: given.get('config.startWithAudioMuted') === true,
        videoOff: given.get('config.startWithVideoMuted') === true
    };
}

/* Takes the pass and all else out of the address bar and the history: once connected, as Jitsi does. */
export function tidyAddress() {
    history.replaceState(history.state, '', location.pathname);
}
