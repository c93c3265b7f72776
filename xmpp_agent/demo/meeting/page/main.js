/* Puts the page together: who is told what, and which of its three screens is seen. */

import { readAddress, tidyAddress } from './address.js';
import { Desk } from './desk.js';
import { Meeting } from './meeting.js';
import { OwnDevices } from './own.js';
import { Stage } from './stage.js';
import { fillIn, speaker } from './words.js';

const MOST_LETTERS = 20;
const find = id => document.getElementById(id);

function put(id, text) {
    find(id).textContent = text;
}

function seeScreen(wanted, heading) {
    for (const id of ['joining', 'room', 'over']) {
        find(id).hidden = id !== wanted;
    }
    heading.focus();
}

/* The page with a valid pass in its address. back: where it leads when it is over. */
function open(server, address, back) {
    const say = speaker(address.language);
    const title = address.title || say('title');
    const stage = new Stage(say);
    let inside = false;
    let over = false;

    const hear = {
        connected: tidyAddress,
        waiting() {
            put('place', say('waitingTitle'));
            seeScreen('room', find('place'));
            draw();
        },
        inside() {
            inside = true;
            if (!meeting.isStaff) {
                find('log').replaceChildren();
            }
            put('place', say('inside'));
            seeScreen('room', find('place'));
            draw();
        },
        changed: draw,
        arrived(name) {
            put('status', say('cameIn', { name }));
            draw();
        },
        departed(name) {
            put('status', say('wentOut', { name }));
            draw();
        },
        knocked(id, name) {
            desk.add(id, name);
            put('status', say('knocks', { name }));
            draw();
        },
        unknocked(id) {
            desk.remove(id);
            draw();
        },
        recorded(what) {
            put('status', say(`recording_${what}`));
            put('trouble', ['failed', 'refused'].includes(what) ? say(`recording_${what}`) : '');
            draw();
        },
        letter(text, from) {
            const letter = document.createElement('p');
            letter.textContent = from ? `${from}: ${text}` : text;
            find('log').append(letter);
            find('log').children[MOST_LETTERS]?.parentNode.firstChild.remove();
            draw();
        },
        over(why, words) {
            over = true;
            put('ended', say(`${why}Title`));
            put('why', words || say(why));
            find('back').href = back;
            document.title = `${say(`${why}Title`)} · ${title}`;
            stage.empty('');
            stage.own(null);
            seeScreen('over', find('ended'));
        }
    };

    const meeting = new Meeting(server, address.name, hear);
    const desk = new Desk(say, meeting);
    const own = new OwnDevices(track => meeting.give(track), draw, kind => put('trouble', say(`${kind}Failed`)));

    function draw() {
        if (over) {
            return;
        }
        if (inside) {
            stage.draw(meeting.others, meeting.isRecorded);
        } else {
            stage.empty(say('waiting'));
        }
        stage.own(own.camera);
        for (const kind of ['audio', 'video']) {
            put(kind, say(kind + (own.isOn(kind) ? 'Off' : 'On')));
        }
        find('desk').hidden = find('record').hidden = !meeting.isStaff;
        find('recorded').hidden = !meeting.isRecorded;
        put('record', say(meeting.isRecorded ? 'recordStop' : 'record'));
        find('letters').hidden = find('log').childElementCount === 0;
        document.title = desk.count ? `(${desk.count}) ${title}` : title;
    }

    fillIn(say, address.language);
    put('title', title);
    put('leave', say('leave'));
    for (const kind of ['audio', 'video']) {
        find(kind).addEventListener('click', () => {
            put('trouble', '');
            own.toggle(kind);
        });
    }
    find('record').addEventListener('click', () => {
        put('trouble', '');
        meeting.record();
    });
    find('leave').addEventListener('click', () => meeting.leave());
    draw();
    meeting.connect(address.room, address.pass);
    own.open(...[!address.audioOff && 'audio', !address.videoOff && 'video'].filter(Boolean));
}

JitsiMeetJS.setLogLevel(JitsiMeetJS.logLevels.ERROR);
JitsiMeetJS.init({ disableThirdPartyRequests: true, disableAudioLevels: true });
const server = await (await fetch('/config.json')).json();
const address = readAddress(location, Date.now());
const back = server.tokenAuthUrl.replace('{room}', encodeURIComponent(address.room));
if (address.pass) {
    open(server, address, back);
} else {
    location.replace(back);
}
