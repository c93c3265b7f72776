#!/bin/sh
# Jibri's finalize script for a machine without Portner: leaves the mark that a recording is complete, as
# `portner recording-done` does. One argument: the session's directory. Needs nothing but coreutils; ends at once.
# Exit codes: 0 marked, 1 not marked (it is found later), 2 what was given is no directory of its own.
set -u
mark=portner-recording-done
directory=${1-}
while [ "${directory%/}" != "$directory" ]; do directory=${directory%/}; done

refuse() {
    echo "$1; nothing was handed over." >&2
    exit 2
}

case "/$directory" in */ | */. | */..) refuse "What was given is no directory of its own" ;; esac
case "$directory" in /*) ;; *) directory=./$directory ;; esac
if [ -L "$directory" ] || [ ! -d "$directory" ]; then refuse "What was given is no directory of its own"; fi

# From here on only names inside the directory as it is now: it cannot be swapped for another one under way.
cd -P "$directory" || exit 1
if [ -L "$mark" ] || { [ -e "$mark" ] && [ ! -f "$mark" ]; }; then refuse "Something else lies where the mark belongs"; fi
# A second recorder may have gone on in the same directory: the mark must be younger than its film, too.
if [ -f "$mark" ]; then touch -c -h "$mark" || exit 1; fi
# noclobber: made by O_EXCL, so there is a whole mark or none, and no link is followed.
if [ ! -e "$mark" ] && ! (set -C && umask 027 && : >"$mark") 2>/dev/null && [ ! -f "$mark" ]; then
    echo "The recording could not be marked as complete (is the disk full?). Nothing is lost: it is found later." >&2
    exit 1
fi
sync "$mark" . 2>/dev/null || sync
exit 0
