/* The client library's bundle looks for jQuery under this name. */
window.jquery = window.jQuery;
