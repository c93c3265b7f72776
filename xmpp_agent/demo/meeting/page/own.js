/* One's own microphone and camera: opened when wanted, never before. */

export class OwnDevices {
    #give;
    #changed;
    #failed;
    #tracks = { audio: null, video: null };

    /* give(track): a new track; changed(): something is on or off now; failed(kind): a device that cannot be used. */
    constructor(give, changed, failed) {
        this.#give = give;
        this.#changed = changed;
        this.#failed = failed;
    }

    isOn(kind) {
        return this.#tracks[kind]?.isMuted() === false;
    }

    get camera() {
        return this.isOn('video') ? this.#tracks.video : null;
    }

    /* Opens all of these kinds with one question to the person, or, when one of them fails, each by itself. */
    async open(...kinds) {
        if (kinds.length === 0) {
            return;
        }
        let tracks = [];
        try {
            tracks = await JitsiMeetJS.createLocalTracks({ devices: kinds });
        } catch {
            if (kinds.length === 1) {
                this.#failed(kinds[0]);
                return;
            }
            await this.open(kinds[0]);
            await this.open(...kinds.slice(1));
        }
        for (const track of tracks) {
            this.#tracks[track.getType()] = track;
            await this.#give(track);
        }
        this.#changed();
    }

    async toggle(kind) {
        const track = this.#tracks[kind];
        try {
            if (!track) {
                await this.open(kind);
            } else {
                await (track.isMuted() ? track.unmute() : track.mute());
            }
        } catch {
            this.#failed(kind);
        }
        this.#changed();
    }
}
