/*
 * The page that stands in for Jitsi's own web app: it loads the unmodified client library, does what it is told
 * through `window.client`, and tells every event of the library. It decides nothing.
 *
 * `window.tell(name, args)` comes from driver.js. Names are those of the library's constants (CONFERENCE_JOINED).
 */
'use strict';

const client = (() => {
    const { events } = JitsiMeetJS;
    const wanted = { p2p: { enabled: false }, openBridgeChannel: false, disableAudioLevels: true };
    let connection = null;
    let conference = null;
    let displayName = null;

    /* What of an event's argument can be told: participants and errors by what names them, anything else as JSON. */
    function plain(value) {
        if (value === null || value === undefined || typeof value === 'function') {
            return null;
        }
        if (typeof value.getDisplayName === 'function') {
            return { id: value.getId(), name: value.getDisplayName() ?? null, role: value.getRole() };
        }
        if (typeof value.getTerminator === 'function') {
            return {
                id: value.getID() ?? null, status: value.getStatus() ?? null, error: value.getError() ?? null,
                mode: value.getMode(), initiator: plain(value.getInitiator())
            };
        }
        if (value instanceof Error) {
            return { error: value.message };
        }
        try {
            return JSON.parse(JSON.stringify(value));
        } catch {
            return String(value);
        }
    }

    function tellAll(source, names) {
        for (const [name, event] of Object.entries(names)) {
            source.addEventListener(event, (...args) => window.tell(name, args.map(plain)));
        }
    }

    return {
        /* options: {domain, muc, focus, serviceUrl, hiddenDomain, room, token}. The web app puts `room` in the address; so does this. */
        connect({ domain, muc, focus, serviceUrl, hiddenDomain, room, token }) {
            const address = new URL(serviceUrl);
            address.searchParams.set('room', room);
            connection = new JitsiMeetJS.JitsiConnection(null, token, {
                hosts: { domain, muc, focus },
                serviceUrl: address.href,
                hiddenDomain,
                enableWebsocketResume: true
            });
            tellAll(connection, events.connection);
            connection.connect();
        },

        /* Asks the focus and joins; what came of it is told by CONFERENCE_JOINED or CONFERENCE_FAILED. */
        join(room, name) {
            displayName = name;
            conference = connection.initJitsiConference(room, wanted);
            tellAll(conference, events.conference);
            conference.setDisplayName(displayName);
            conference.join();
        },

        joinAgain: () => conference.join(),
        joinLobby: (name, email) => conference.joinLobby(name, email),
        approve: id => conference.lobbyApproveAccess(id),
        deny: id => conference.lobbyDenyAccess(id),
        kick: (id, reason) => conference.kickParticipant(id, reason),
        grantOwner: id => conference.grantOwner(id),
        say: text => conference.sendTextMessage(text),
        setDisplayName: name => conference.setDisplayName(name),
        startRecording: options => conference.startRecording(options).then(session => session.getID()),
        stopRecording: id => conference.stopRecording(id).then(() => null),
        leave: () => conference.leave(),

        /* How things stand, as the library sees them. */
        state: () => ({
            jid: connection.getJid(),
            id: conference.myUserId(),
            joined: conference.isJoined() === true,
            moderator: conference.isModerator() === true,
            membersOnly: conference.isMembersOnly() === true,
            lobbySupported: conference.isLobbySupported() === true,
            others: conference.getParticipants().map(plain)
        })
    };
})();

JitsiMeetJS.setLogLevel(JitsiMeetJS.logLevels.ERROR);
JitsiMeetJS.init({ disableThirdPartyRequests: true, disableAudioLevels: true });
window.client = client;
