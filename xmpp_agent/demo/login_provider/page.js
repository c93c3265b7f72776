/* The page people log in on. Says on every screen that it is a test: nobody may take it for the real thing. */

const WORDS = {
    da: {
        citizen: 'Testlogin for borgere',
        staff: 'Testlogin for medarbejdere',
        test: 'Dette er en test. Personerne findes ikke, og der logges ikke ind med MitID.',
        purpose: 'Du logger ind til:',
        who: 'Hvem er du?',
        born: 'født',
        how: 'Hvor sikkert er dit login?',
        levels: { low: 'Lav', substantial: 'Betydelig', high: 'Høj' },
        asked: 'det, der bliver bedt om',
        professional: 'Log ind som erhvervsbruger (ikke privat)',
        login: 'Log ind',
        cancel: 'Afbryd',
        failed: 'Login kan ikke gennemføres',
        back: 'Gå tilbage til den side, du kom fra, og prøv igen.'
    },
    en: {
        citizen: 'Test login for citizens',
        staff: 'Test login for staff',
        test: 'This is a test. The people do not exist, and this is not MitID.',
        purpose: 'You are logging in to:',
        who: 'Who are you?',
        born: 'born',
        how: 'How sure is your login?',
        levels: { low: 'Low', substantial: 'Substantial', high: 'High' },
        asked: 'what was asked for',
        professional: 'Log in as a professional (not as a private person)',
        login: 'Log in',
        cancel: 'Cancel',
        failed: 'The login cannot go on',
        back: 'Go back to the page you came from and try again.'
    }
};

const STYLE = `
*{box-sizing:border-box}
body{margin:0;background:#eef1f4;color:#1b2530;font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
main{max-width:32rem;margin:0 auto;padding:1rem}
.card{background:#fff;border:1px solid #c9d1d9;border-radius:.5rem;padding:1.25rem;margin:1rem 0}
h1{font-size:1.4rem;line-height:1.25;margin:0 0 .75rem}
.test{background:#fff3c9;border:2px dashed #7a5b00;border-radius:.5rem;padding:.6rem .8rem;margin:0 0 1rem}
fieldset{border:0;margin:0 0 1.25rem;padding:0;min-width:0}
legend{font-weight:600;padding:0;margin-bottom:.4rem}
label{display:flex;gap:.7rem;align-items:flex-start;padding:.6rem .7rem;border:1px solid #8b96a1;border-radius:.4rem;margin:.4rem 0;overflow-wrap:anywhere}
label:has(:checked){border-color:#0b5a7a;background:#e6f2f7}
label:focus-within{outline:3px solid #0b5a7a;outline-offset:1px}
input{width:1.2rem;height:1.2rem;margin:.15rem 0 0;flex:none;accent-color:#0b5a7a}
small{display:block;color:#47535f}
.acts{display:flex;flex-wrap:wrap;gap:.6rem}
button{flex:1 1 8rem;min-width:0;max-width:100%;min-height:3rem;padding:.5rem 1rem;font:inherit;font-weight:600;border-radius:.4rem;cursor:pointer}
button.yes{background:#0b5a7a;border:2px solid #0b5a7a;color:#fff}
button.no{background:#fff;border:2px solid #5b6670;color:#1b2530}
button:focus-visible{outline:3px solid #1b2530;outline-offset:2px}
`;

const SIGNS = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const text = value => String(value).replace(/[&<>"']/g, sign => SIGNS[sign]);

/** Danish unless English was asked for first, in either of the two spellings brokers have. */
export const languageOf = params => /^en\b/.test(params.language ?? params.ui_locales ?? '') ? 'en' : 'da';

function whole(language, title, body) {
    return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${text(title)}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body><main><div class="card">${body}</div></main></body></html>`;
}

const dateIn = (language, date) => new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(date));

/** What tells people of the same name apart: a citizen's birthdate, a colleague's address; and the note, if any. */
function details(language, one, hasLevels) {
    const known = hasLevels ? `${WORDS[language].born} ${dateIn(language, one.birthdate)}` : one.email;
    return [known, one.note].filter(Boolean).map(line => `<small>${text(line)}</small>`).join('');
}

const person = (language, one, hasLevels, chosen) => `<label>
<input type="radio" name="person" value="${text(one.id)}" required${chosen ? ' checked' : ''}>
<span>${text(one.name)}${details(language, one, hasLevels)}</span></label>`;

const level = (words, one, asked) => `<label><input type="radio" name="level" value="${one}"${one === asked ? ' checked' : ''}>
<span>${words.levels[one]}${one === asked ? `<small>${words.asked}</small>` : ''}</span></label>`;

const levels = (words, asked) => `<fieldset><legend>${words.how}</legend>
${Object.keys(words.levels).map(one => level(words, one, asked)).join('')}
<label><input type="checkbox" name="professional" value="yes"><span>${words.professional}</span></label></fieldset>`;

/** The login form: who, how sure, and a way out. `asked` is the level asked for, `purpose` the reference text. */
export function loginPage({ language, people, asked, purpose, hasLevels, path }) {
    const words = WORDS[language];
    const title = hasLevels ? words.citizen : words.staff;
    return whole(language, title, `<h1>${title}</h1><p class="test">${words.test}</p>
${purpose ? `<p>${words.purpose} <strong>${text(purpose)}</strong></p>` : ''}
<form method="post" action="${text(path)}">
<fieldset><legend>${words.who}</legend>
${people.map((one, place) => person(language, one, hasLevels, place === 0)).join('')}</fieldset>
${hasLevels ? levels(words, asked) : ''}
<div class="acts"><button class="yes" name="act" value="login">${words.login}</button>
<button class="no" name="act" value="cancel" formnovalidate>${words.cancel}</button></div></form>`);
}

/** A request that does not come back to whoever sent it, as brokers answer malformed ones. */
export function faultPage(language, code) {
    const words = WORDS[language];
    return whole(language, words.failed, `<h1>${words.failed}</h1><p>${words.back}</p><p><code>${text(code)}</code></p>`);
}
