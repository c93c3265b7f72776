/* Staff's list of who waits, with Jitsi's own two answers to a knock. */

export class Desk {
    #say;
    #meeting;
    #rows = new Map();
    #list = document.getElementById('waiting');

    constructor(say, meeting) {
        this.#say = say;
        this.#meeting = meeting;
    }

    get count() {
        return this.#rows.size;
    }

    add(id, name) {
        this.remove(id);
        const row = document.createElement('li');
        const shown = document.createElement('span');
        shown.textContent = name;
        row.append(
            shown,
            this.#button('letIn', name, () => this.#meeting.letIn(id)),
            this.#button('turnAway', name, () => this.#meeting.turnAway(id))
        );
        this.#rows.set(id, row);
        this.#list.append(row);
        this.#counted();
    }

    remove(id) {
        const row = this.#rows.get(id);
        if (row?.contains(document.activeElement)) {
            document.getElementById('place').focus(); // not lost with the button that had it
        }
        row?.remove();
        this.#rows.delete(id);
        this.#counted();
    }

    #counted() {
        document.getElementById('nobody').hidden = this.#rows.size > 0;
    }

    #button(words, name, press) {
        const button = document.createElement('button');
        button.type = 'button';
        button.textContent = this.#say(words);
        button.setAttribute('aria-label', `${this.#say(words)}: ${name}`);
        button.addEventListener('click', press);
        return button;
    }
}
