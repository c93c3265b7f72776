/* Runs only in browsers that know no modules, which are too old for a meeting. */
document.getElementById('old').hidden = false;
