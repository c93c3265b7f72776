-- Jitsi's sound, notification and label of a recording.
--
-- Today's client plays and shows them only in a room whose metadata say that a recording of the meeting is wanted (key
-- `recording`, upstream: react/features/recording, RECORDING_METADATA_ID). Clients that press record write it
-- themselves; a shim does it too, so that they fire whoever presses with whatever client. Without Jitsi's
-- mod_room_metadata_component there is nothing to write into, and older clients need nothing.

local jid = require "util.jid";

local function changed(room)
	local host = prosody.hosts[jid.host(room.jid)];
	if host then host.events.fire_event("room-metadata-changed", { room = room }); end
end

-- Says in the room's metadata whether a recording is wanted. Done also when it stands there already.
return function (room, wanted)
	local metadata = room.jitsiMetadata;
	if type(metadata) ~= "table" then return; end
	local now = type(metadata.recording) == "table" and metadata.recording.isRecordingRequested == true;
	if now == wanted then return; end
	metadata.recording = wanted and { isRecordingRequested = true, isTranscribingEnabled = false } or nil;
	changed(room);
end
