/* Everything the page says, in Danish and English. `{…}` is filled in. */

const WORDS = {
    title: ['Videomøde', 'Video meeting'],
    joining: ['Et øjeblik, vi finder din plads …', 'One moment, we are finding your place …'],
    waitingTitle: ['Du er på plads', 'You are in the waiting room'],
    waiting: [
        'Vi kan se, at du venter, og lukker dig ind, så snart vi er klar. Du behøver ikke at gøre noget. Bliv på siden.',
        'We can see that you are here and will let you in as soon as we are ready. You need not do anything. Stay on this page.'
    ],
    inside: ['Du er i mødet', 'You are in the meeting'],
    alone: ['Der er ikke andre i mødet lige nu.', 'Nobody else is in the meeting right now.'],
    pictureComes: ['Vi venter på billedet fra {name} …', 'Waiting for the picture from {name} …'],
    cameraIsOff: ['{name} har slukket kameraet.', '{name} has turned the camera off.'],
    microphoneIsOff: ['{name} · mikrofonen er slukket', '{name} · the microphone is off'],
    onlyForTwo: [
        'Demoen viser kun billede og lyd mellem to. I er {count} i mødet: billedet kommer igen, når I er to.',
        'The demo carries picture and sound between two only. You are {count}: the picture comes back when you are two.'
    ],
    otherBrowser: [
        'Demoens billede og lyd virker i Chrome, Edge og Chromium. Brug en af dem for at se og høre hinanden.',
        'The demo\'s picture and sound work in Chrome, Edge and Chromium. Use one of them to see and hear each other.'
    ],
    own: ['Dig', 'You'],
    controls: ['Mikrofon og kamera', 'Microphone and camera'],
    audioOff: ['Sluk mikrofon', 'Microphone off'],
    audioOn: ['Tænd mikrofon', 'Microphone on'],
    videoOff: ['Sluk kamera', 'Camera off'],
    videoOn: ['Tænd kamera', 'Camera on'],
    leave: ['Forlad mødet', 'Leave the meeting'],
    audioFailed: ['Mikrofonen kan ikke bruges. Se efter, om browseren må bruge den.',
        'The microphone cannot be used. Check that the browser may use it.'],
    videoFailed: ['Kameraet kan ikke bruges. Se efter, om browseren må bruge det.',
        'The camera cannot be used. Check that the browser may use it.'],
    record: ['Optag', 'Record'],
    recordStop: ['Stop optagelse', 'Stop recording'],
    recorded: ['Der optages', 'Recording'],
    recording_on: ['Optagelsen er begyndt.', 'The recording has begun.'],
    recording_off: ['Optagelsen er slut.', 'The recording is over.'],
    recording_failed: ['Optagelsen kom ikke i gang, eller den gik i stå.', 'The recording did not start, or broke off.'],
    recording_refused: ['Optagelsen blev ikke startet. Se hvorfor på din side.',
        'The recording was not started. See why on your page.'],
    recordedPause: ['Demoen har ingen videobro: billedet holder pause, mens der optages.',
        'The demo has no video bridge: the picture pauses while the meeting is recorded.'],
    soundWaits: ['Tryk et sted på siden for at høre lyden.', 'Press anywhere on the page to hear the sound.'],
    desk: ['Venteværelse', 'Waiting room'],
    nobody: ['Ingen venter.', 'Nobody is waiting.'],
    letIn: ['Luk ind', 'Let in'],
    turnAway: ['Afvis', 'Refuse'],
    knocks: ['{name} venter.', '{name} is waiting.'],
    cameIn: ['{name} er kommet ind.', '{name} has come in.'],
    wentOut: ['{name} er gået.', '{name} has left.'],
    letters: ['Beskeder', 'Messages'],
    back: ['Tilbage til aftalen', 'Back to your appointment'],
    refusedTitle: ['Du blev ikke lukket ind', 'You were not let in'],
    refused: ['Vi kunne ikke lukke dig ind denne gang. Gå tilbage til aftalen, eller ring til os.',
        'We could not let you in this time. Go back to your appointment, or call us.'],
    endedTitle: ['Mødet er slut', 'The meeting is over'],
    ended: ['Tak for i dag.', 'Thank you.'],
    leftTitle: ['Du har forladt mødet', 'You have left the meeting'],
    left: ['Du kan gå ind igen, så længe aftalen varer.', 'You may come in again while your appointment lasts.'],
    passTitle: ['Adgangskortet gælder ikke', 'Your pass is not valid'],
    pass: ['Det er udløbet eller brugt. Gå tilbage til aftalen, så får du et nyt.',
        'It has expired or been used. Go back to your appointment to get a new one.'],
    notAllowedTitle: ['Her kan du ikke komme ind', 'You cannot come in here'],
    notAllowed: ['Adgangskortet gælder et andet møde, eller tiden er gået. Gå tilbage til aftalen.',
        'Your pass is for another meeting, or the time has passed. Go back to your appointment.'],
    closedTitle: ['Mødet er lukket i dette vindue', 'The meeting is closed in this window'],
    closed: ['Du har åbnet det i et nyt vindue, eller adgangskortet er trukket tilbage.',
        'You have opened it in a new window, or your pass has been withdrawn.'],
    lostTitle: ['Forbindelsen er væk', 'The connection is lost'],
    lost: ['Vi har mistet forbindelsen til mødet. Gå tilbage til aftalen og ind igen; du beholder din plads.',
        'We lost the connection to the meeting. Go back to your appointment and come in again; you keep your place.']
};

/* How the page speaks: `say(key, {name: …})`. */
export function speaker(language) {
    const which = language === 'en' ? 1 : 0;
    return (key, filled = {}) => WORDS[key][which].replace(/\{(\w+)\}/g, (_, name) => String(filled[name]));
}

/* Puts the words into the elements that name them, and the language on the page. */
export function fillIn(say, language) {
    document.documentElement.lang = language;
    for (const element of document.querySelectorAll('[data-words]')) {
        element.textContent = say(element.dataset.words);
    }
    for (const element of document.querySelectorAll('[data-label]')) {
        element.setAttribute('aria-label', say(element.dataset.label));
    }
}
