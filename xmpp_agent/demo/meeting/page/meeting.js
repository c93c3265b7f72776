/*
 * The meeting as the unmodified Jitsi client library carries it: connect with the pass, ask the focus, join; when sent to
 * the lobby, knock by itself. It decides nothing and draws nothing: `hear` is told, and reads from here how things stand.
 *
 * hear: connected(), waiting(), inside(), changed(), arrived(name), departed(name), knocked(id, name), unknocked(id),
 * recorded(what) (on, off, failed, refused), letter(text, from), over(why, words).
 */

const { errors, events } = JitsiMeetJS;
const OPTIONS = {
    p2p: { enabled: true, stunServers: [], backToP2PDelay: 1 },
    openBridgeChannel: false,
    disableAudioLevels: true
};
const JITMEET = 'http://jitsi.org/jitmeet';
const WHY = {
    [errors.conference.CONFERENCE_ACCESS_DENIED]: 'refused',
    [errors.conference.CONFERENCE_DESTROYED]: 'ended',
    [errors.conference.NOT_ALLOWED_ERROR]: 'notAllowed'
};
const CLOSED_BY_SERVER = { 'policy-violation': 'closed' };

export class Meeting {
    #server;
    #name;
    #hear;
    #tracks = [];
    #said = { audio: new Map(), video: new Map() };
    #connection = null;
    #conference = null;
    #recording = null;
    #over = false;

    /* server: what /config.json says. */
    constructor(server, name, hear) {
        this.#server = server;
        this.#name = name;
        this.#hear = hear;
    }

    connect(room, pass) {
        const address = new URL(this.#server.websocket);
        address.searchParams.set('room', room);
        this.#connection = new JitsiMeetJS.JitsiConnection(null, pass, {
            hosts: this.#server.hosts,
            serviceUrl: address.href,
            enableWebsocketResume: true,
            // By default the library asks the same address by HTTP every other minute, pass and all, which is of use only
            // where a proxy chooses among several Prosodys, and which this page's own policy forbids.
            websocketKeepAlive: -1
        });
        const { CONNECTION_ESTABLISHED, CONNECTION_FAILED, CONNECTION_DISCONNECTED } = events.connection;
        this.#connection.addEventListener(CONNECTION_ESTABLISHED, () => this.#join(room));
        this.#connection.addEventListener(CONNECTION_FAILED, (error, condition) =>
            this.#end(error === errors.connection.PASSWORD_REQUIRED ? 'pass' : CLOSED_BY_SERVER[condition] ?? 'lost'));
        this.#connection.addEventListener(CONNECTION_DISCONNECTED, () => this.#end('lost'));
        this.#connection.connect();
    }

    /* Own microphone or camera, before or after joining. */
    async give(track) {
        this.#tracks.push(track);
        if (this.#over) {
            await track.dispose();
        } else if (this.#conference) {
            await this.#conference.addTrack(track);
            this.#publish();
        }
    }

    letIn(id) {
        this.#conference.lobbyApproveAccess(id);
    }

    turnAway(id) {
        this.#conference.lobbyDenyAccess(id);
    }

    /* Whether a recording is on, as Jitsi tells everybody. */
    get isRecorded() {
        return this.#recording !== null;
    }

    /* Jitsi's own record button: start, or stop what is on. */
    async record() {
        try {
            if (this.#recording) {
                await this.#conference.stopRecording(this.#recording.getID());
            } else {
                const appData = JSON.stringify({ file_recording_metadata: { share: true } });
                await this.#conference.startRecording({ mode: JitsiMeetJS.constants.recording.mode.FILE, appData });
            }
        } catch {
            this.#hear.recorded('refused');
        }
    }

    leave() {
        this.#end('left');
    }

    get isStaff() {
        return this.#conference?.isModerator() === true;
    }

    /*
     * Everybody else inside: {name, isOn: {audio, video}, audio, video}. `isOn` is what they say of their devices; the
     * tracks are null while they are off or have not arrived.
     */
    get others() {
        const open = (person, kind) => person.getTracksByMediaType(kind).find(track => !track.isMuted()) ?? null;
        const isOn = (person, kind) => this.#said[kind].get(person.getId()) === 'false';
        return (this.#conference?.getParticipants() ?? []).filter(person => !person.isHidden()).map(person => ({
            name: person.getDisplayName() ?? '',
            isOn: { audio: isOn(person, 'audio'), video: isOn(person, 'video') },
            audio: open(person, 'audio'),
            video: open(person, 'video')
        }));
    }

    #join(room) {
        this.#hear.connected();
        this.#readLetters(room);
        const hiddenDomain = this.#server.hosts.recorder;
        this.#conference = this.#connection.initJitsiConference(room, { ...OPTIONS, hiddenDomain });
        this.#listen();
        this.#conference.setDisplayName(this.#name);
        Promise.all(this.#tracks.map(track => this.#conference.addTrack(track))).then(() => this.#conference.join());
    }

    #listen() {
        const on = (event, told) => this.#conference.on(events.conference[event], told);
        on('CONFERENCE_JOINED', () => {
            this.#publish();
            this.#hear.inside();
        });
        on('CONFERENCE_FAILED', (error, words) => this.#failed(error, words));
        on('KICKED', (_, words) => this.#end('ended', words));
        on('USER_JOINED', (_, person) => person.isHidden() || this.#hear.arrived(person.getDisplayName() ?? ''));
        on('USER_LEFT', (_, person) => person.isHidden() || this.#hear.departed(person.getDisplayName() ?? ''));
        on('RECORDER_STATE_CHANGED', session => this.#recorded(session));
        on('LOBBY_USER_JOINED', (id, name) => this.#hear.knocked(id, name));
        on('LOBBY_USER_LEFT', id => this.#hear.unknocked(id));
        for (const event of [
            'DISPLAY_NAME_CHANGED', 'USER_ROLE_CHANGED', 'TRACK_ADDED', 'TRACK_REMOVED', 'TRACK_MUTE_CHANGED'
        ]) {
            on(event, () => this.#hear.changed());
        }
        for (const kind of ['audio', 'video']) {
            this.#conference.addCommandListener(`${kind}muted`, ({ value }, id) => {
                this.#said[kind].set(id, value);
                this.#hear.changed();
            });
        }
    }

    #recorded(session) {
        const { ON, OFF } = JitsiMeetJS.constants.recording.status;
        if (session.getError()) {
            this.#recording = null;
            this.#hear.recorded('failed');
        } else if (session.getStatus() === ON && !this.#recording) {
            this.#recording = session;
            this.#hear.recorded('on');
        } else if (session.getStatus() === OFF && this.#recording) {
            this.#recording = null;
            this.#hear.recorded('off');
        }
    }

    #failed(error, words) {
        if (error === errors.conference.MEMBERS_ONLY_ERROR) {
            this.#conference.joinLobby(this.#name).then(() => this.#hear.waiting(), () => this.#end('lost'));
        } else {
            this.#end(WHY[error] ?? 'lost', error === errors.conference.CONFERENCE_DESTROYED ? words : undefined);
        }
    }

    /* Without a bridge the library tells the others only when it answers an offer: whoever makes it would seem muted. */
    #publish() {
        for (const track of this.#conference.getLocalTracks()) {
            this.#conference.sendCommand(`${track.getType()}muted`, { value: String(track.isMuted()) });
        }
    }

    /* Lobby chat, and what the room itself says to one person: this version of the library knows nothing of either. */
    #readLetters(room) {
        const names = new Map();
        const read = stanza => {
            const from = stanza.getAttribute('from');
            const [, node, domain, sender] = /^(.+)@(.+)\/(.+)$/.exec(from) ?? [];
            const box = stanza.getElementsByTagNameNS(JITMEET, 'json-message')[0];
            if (box && from === `${room}@${this.#server.hosts.muc}`) {
                const told = JSON.parse(box.textContent);
                if (told.type === 'system_chat_message') {
                    this.#hear.letter(told.message, '');
                }
            } else if (box && node === room && domain !== this.#server.hosts.muc) {
                const told = JSON.parse(box.textContent);
                if (told.type === 'LOBBY_CHAT_INITIALIZED') {
                    names.set(told.moderator.id, told.moderator.name);
                } else if (told.type === 'LOBBY_CHAT_MESSAGE') {
                    this.#hear.letter(told.message, names.get(sender) ?? '');
                }
            }
            return true; // the next one as well
        };
        this.#connection.xmpp.connection.addHandler(read, null, 'message');
    }

    async #end(why, words) {
        if (this.#over) {
            return;
        }
        this.#over = true;
        this.#hear.over(why, words);
        await Promise.allSettled(this.#tracks.map(track => track.dispose()));
        await this.#conference?.leave().catch(() => null); // it may never have been in
        await this.#connection.disconnect();
    }
}
