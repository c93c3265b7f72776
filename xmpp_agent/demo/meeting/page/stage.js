/* The picture and sound of the other one, or words in their place; one's own picture in a corner. */

const canSee = !JitsiMeetJS.util.browser.isFirefox() && !JitsiMeetJS.util.browser.isWebKitBased();

function show(element, track, shown) {
    if (track === shown) {
        return;
    }
    shown?.detach(element);
    track?.attach(element);
}

export class Stage {
    #say;
    #picture = document.getElementById('picture');
    #sound = document.getElementById('sound');
    #words = document.getElementById('words');
    #about = document.getElementById('about');
    #own = document.getElementById('own');
    #shown = { audio: null, video: null, own: null };

    constructor(say) {
        this.#say = say;
    }

    /* Words alone, as while waiting. */
    empty(words) {
        this.#draw(null, words, '');
    }

    /* others: as Meeting gives them. isRecorded: the recorder is the third, and without a bridge there is no picture. */
    draw(others, isRecorded) {
        const [other] = others;
        if (others.length !== 1) {
            const words = others.length ? this.#say('onlyForTwo', { count: others.length + 1 }) : this.#say('alone');
            this.#draw(null, words, others.map(person => person.name).join(', '));
        } else if (isRecorded) {
            this.#draw(null, this.#say('recordedPause'), other.name);
        } else if (!canSee) {
            this.#draw(null, this.#say('otherBrowser'), other.name);
        } else {
            const words = other.isOn.video ? 'pictureComes' : 'cameraIsOff';
            const about = other.isOn.audio ? other.name : this.#say('microphoneIsOff', other);
            this.#draw(other, other.video ? '' : this.#say(words, other), about);
        }
    }

    own(track) {
        const video = this.#own.querySelector('video');
        show(video, track, this.#shown.own);
        this.#shown.own = track;
        this.#own.hidden = !track;
        if (track) {
            video.play().catch(() => null); // it plays by itself when the tab is looked at again
        }
    }

    #draw(other, words, about) {
        const next = { audio: other?.audio ?? null, video: other?.video ?? null };
        show(this.#picture, next.video, this.#shown.video);
        show(this.#sound, next.audio, this.#shown.audio);
        Object.assign(this.#shown, next);
        this.#picture.hidden = !next.video;
        this.#words.textContent = words;
        this.#about.textContent = about;
        this.#play();
    }

    /* A browser that plays nothing until it was touched once is asked again then. */
    #play() {
        const wanted = [[this.#picture, this.#shown.video], [this.#sound, this.#shown.audio]];
        for (const [element] of wanted.filter(([, track]) => track)) {
            element.play().catch(error => {
                if (error.name === 'NotAllowedError') {
                    this.#about.textContent = this.#say('soundWaits');
                    document.addEventListener('click', () => this.#play(), { once: true });
                }
            });
        }
    }
}
