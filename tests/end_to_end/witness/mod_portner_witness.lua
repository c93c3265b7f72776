-- Tests only: says in Prosody's log what mod_muc really does, one JSON line per event, without asking the agent.
--
-- Loaded as a component of its own; portner_witnessed is the MUC it watches. Each line shows who is inside afterwards
-- (before, for `out`), with affiliation and role, and what a newcomer would be told of the past (history, subject).
-- A test writes into the same record with a message to this component: what it asked of the agent by other ways.

local json = require "util.json";
local jid = require "util.jid";
local now = require "util.time".now;

local watched = module:get_option_string("portner_witnessed");

local function people(room)
	local list = setmetatable({}, { __name = "array" });
	for _, occupant in room:each_occupant() do
		for full_jid in occupant:each_session() do
			list[#list + 1] = full_jid .. " " .. (room:get_affiliation(occupant.bare_jid) or "none") .. " "
				.. (occupant.role or "none");
		end
	end
	return table.concat(list, "\n");
end

local function past(room)
	local words = {};
	for _, entry in ipairs(room._history or {}) do
		words[#words + 1] = entry.stanza:get_child_text("body");
	end
	words[#words + 1] = room:get_subject() and select(2, room:get_subject()) or nil;
	return table.concat(words, "\n");
end

local function witness(what, room, who)
	module:log("info", "witness %s", json.encode({ what = what, at = now(), room = room and room.jid or "", who = who,
		inside = room and people(room) or "", past = room and past(room) or "" }));
end

local function watch(host)
	if host ~= watched then return; end
	local events = prosody.hosts[watched].events;
	module:hook_object_event(events, "muc-occupant-session-new", function (event) witness("in", event.room, event.jid); end, -100);
	module:hook_object_event(events, "muc-occupant-left", function (event)
		witness("out", event.room, event.occupant.jid or event.nick);
	end, -0.5);
	module:hook_object_event(events, "muc-room-destroyed", function (event) witness("gone", event.room, ""); end, 100);
	module:hook_object_event(events, "message/bare", function (event)
		local x = event.stanza:get_child("x", "http://jabber.org/protocol/muc#user");
		for invite in (x and x:childtags("invite") or function () end) do
			module:log("info", "witness %s", json.encode({ what = "click", at = now(), room = jid.bare(event.stanza.attr.to),
				who = event.stanza.attr.from, whom = invite.attr.to or "" }));
		end
	end, 5000);
end
module:hook_global("host-activated", watch, -200);
if prosody.hosts[watched] then watch(watched); end

module:hook("message/host", function (event)
	module:log("info", "witness %s", json.encode({ what = "note", at = now(), who = event.stanza.attr.from,
		text = event.stanza:get_child_text("body") or "" }));
	return true;
end);
