-- Recordings as the room sees them: what the focus says is told and kept, and the order that ends one.

local jid = require "util.jid";
local st = require "util.stanza";

local JIBRI_NS = "http://jitsi.org/protocol/jibri";

return function (line, rights, roster, want)
	local asked = 0;
	local news = { on = true, off = true };

	-- Jicofo repeats the state of the recording in each of its presences; only the real focus is believed.
	module:hook("muc-broadcast-presence", function (event)
		local status = event.occupant.bare_jid == rights.focus and event.stanza:get_child("jibri-recording-status", JIBRI_NS);
		if not status then return; end
		local room, said = event.room, status.attr;
		local is = said.failure_reason and (said.failure_reason == "busy" and "busy" or "failed") or news[said.status] and said.status;
		local before = roster.book_of(room).recording;
		if not is or (before and before.is == is and before.session == said.session_id) then return; end
		roster.book_of(room).recording = { is = is, session = said.session_id };
		line.tell("recording", { room = room.jid, is = is, session = said.session_id, meeting = room._data.meetingId });
		-- When everybody has the status: the sound of the end needs the metadata, too.
		if is ~= "on" then module:add_timer(0, function () want(room, false); end); end
	end);

	-- Jicofo takes a stop only from a moderator inside, so it is sent in the name of one.
	local function a_moderator(room, recorders)
		for _, occupant in room:each_occupant() do
			local is_person = occupant.bare_jid ~= rights.focus and jid.host(occupant.bare_jid) ~= recorders;
			if is_person and occupant.role == "moderator" then return occupant.jid; end
		end
	end

	local function ask_focus(room, moderator)
		asked = asked + 1;
		local last = roster.book_of(room).recording;
		module:send(st.iq({ type = "set", from = moderator, to = jid.join(jid.node(room.jid), jid.host(room.jid), "focus"),
			id = ("%s%d"):format(line.own_stop, asked) })
			:tag("jibri", { xmlns = JIBRI_NS, action = "stop", recording_mode = "file", session_id = last and last.session }));
	end

	local function put_out(room, recorders, text)
		local gone = {};
		for nick, occupant in room:each_occupant() do
			if jid.host(occupant.bare_jid) == recorders then gone[#gone + 1] = nick; end
		end
		for _, nick in ipairs(gone) do room:set_role(true, nick, nil, text); end
	end

	line.obey("stop-recording", function (attr)
		local room = rights.room(jid.prep(attr.room or ""));
		if not room then return nil, "item-not-found"; end
		local moderator = a_moderator(room, attr.recorder);
		if moderator then ask_focus(room, moderator); else put_out(room, attr.recorder, attr.text); end
		return roster.inside(room);
	end);
end
