-- Loaded on the users' VirtualHost: what a client may send out of the house, and how it is marked on the way.
--
--   conference and recording requests      asked of the agent before they reach the focus
--   presence towards rooms and lobby       claims taken out, the agent's name put in, a stamp towards the lobby
--   a knock while the agent is away        answered here, kept on the session, found again by the snapshot
--   lobby identity in disco#info           so that Jitsi clients know which domain is the lobby
--   tells closed/asleep/awake; order recall; tell recording when the focus says no to a start

line = module:require "portner"; -- global: mod_auth_portner asks over the same line
module:require "portner_orders" (line);
module:require "portner_sessions" (line);

local want_recording = module:require "portner_intent";

local async = require "util.async";
local jid = require "util.jid";
local json = require "util.json";
local now = require "util.time".now;
local st = require "util.stanza";

local NS, agent = line.NS, line.agent;
local FOCUS_NS = "http://jitsi.org/protocol/focus";
local NICK = "http://jabber.org/protocol/nick";
local JIBRI_NS = "http://jitsi.org/protocol/jibri";
local JITMEET = "http://jitsi.org/jitmeet";
local MUC_USER = "http://jabber.org/protocol/muc#user";

-- portner_muc:   the main room domain(s) of this host's users. Default "conference." and "breakout." before this domain.
-- portner_focus: JID of the focus (bare or full). Default "focus@auth." before this domain.
local rooms_domains = module:get_option_set("portner_muc", { "conference." .. module.host, "breakout." .. module.host });
local focus = jid.prep(module:get_option_string("portner_focus", "focus@auth." .. module.host));

line.keep_alive();

-- Type and name as lib-jitsi-meet reads them (modules/xmpp/xmpp.ts).
if agent then module:add_identity("component", "lobbyrooms", agent); end

local function room_exists(room_jid)
	local host = prosody.hosts[jid.host(room_jid)];
	local muc = host and host.modules.muc;
	local room = muc and muc.get_room_from_jid(room_jid);
	return room and not room._data.destroyed and room or nil;
end

local function pass_of(session) return session.portner and session.portner.pass; end

-- What was true of the room when the question left must be true when the answer is used.
local function ask_about_room(event, ask, room_jid)
	for _ = 1, 3 do
		local room = room_exists(room_jid);
		local verdict = line.ask(event.origin, { ask = ask, room = room_jid, jid = event.stanza.attr.from,
			pass = pass_of(event.origin), exists = room and "1" or "0" });
		if room_exists(room_jid) == room or verdict.is == "refuse" then return verdict; end
	end
	return { is = "refuse", attr = { type = "wait", condition = "resource-constraint" } };
end

-- `wait`: the client is told that the meeting is ready, joins, and is sent to the lobby. The focus is never started.
local function conference_request(event, request)
	local stanza = event.stanza;
	local room_jid = jid.prep(request.attr.room);
	if not room_jid then return line.reject(event, "modify", "jid-malformed"); end
	request.attr.room = room_jid; -- the focus must not read another room out of it than was asked about
	local verdict = ask_about_room(event, "conference", room_jid);
	if event.origin.destroyed then return true; end
	if verdict.is == "open" then return nil; end
	-- A no is said to the join that follows: to an error here the client of 2021 shows nothing and waits for ever.
	event.origin.send(st.reply(stanza):tag("conference", { xmlns = FOCUS_NS, room = room_jid, ready = "true",
		focusjid = jid.bare(focus) }):tag("property", { name = "authentication", value = "false" }));
	return true;
end

local recording_asks = { start = "record-start", stop = "record-stop" };
local starts = {}; -- [full JID] = { id, room }: the start that was let through last and has no answer yet

-- The client has texts of its own for few conditions, none for ours: the words stand in its chat, sent to it alone. Shape:
-- upstream mod_muc_system_chat_message; shown as a private message of "System" since 2024, and by older clients not at all.
local function say_in_chat(session, room_jid, words)
	local room = room_exists(room_jid);
	if not words or not room or not room:get_occupant_jid(session.full_jid) then return; end
	session.send(st.message({ from = room_jid, to = session.full_jid }):tag("json-message", { xmlns = JITMEET })
		:text(json.encode({ type = "system_chat_message", message = words })));
end

local function let_start_through(event, room_jid)
	starts[event.stanza.attr.from] = { id = event.stanza.attr.id, room = room_jid };
	local room = room_exists(room_jid);
	if room then want_recording(room, true); end
end

local busy = { ["resource-constraint"] = true, ["service-unavailable"] = true };

-- The focus announces nothing of a start it refuses: the agent would wait for it to begin.
local function start_refused(room_jid, stanza)
	local room = room_exists(room_jid);
	local _, condition = stanza:get_error();
	line.tell("recording", { room = room_jid, is = busy[condition] and "busy" or "failed",
		meeting = room and room._data.meetingId });
	if room then want_recording(room, false); end
end

-- Answers of the focus on their way to a client.
local function answered(event)
	local stanza = event.stanza;
	local kind, to, id = stanza.attr.type, stanza.attr.to, stanza.attr.id;
	if (kind ~= "result" and kind ~= "error") or not id or not rooms_domains:contains(jid.host(stanza.attr.from)) then return; end
	if id:sub(1, #line.own_stop) == line.own_stop then return true; end
	local start = starts[to];
	if not start or start.id ~= id or stanza.attr.from ~= start.room .. "/focus" then return; end
	starts[to] = nil;
	if kind == "error" then start_refused(start.room, stanza); end
end
module:hook("iq/full", answered, 900);
module:hook("resource-unbind", function (event) starts[event.session.full_jid] = nil; end);

-- Jicofo and Jibri compare without regard to case, so what is asked about is what goes on.
local function recording_request(event, request)
	local ask = recording_asks[(request.attr.action or ""):lower()];
	local room_jid = jid.bare(event.stanza.attr.to);
	if not ask then return line.reject(event, "modify", "bad-request"); end
	local mode = (request.attr.recording_mode or ""):lower();
	request.attr.action, request.attr.recording_mode = request.attr.action:lower(), mode ~= "" and mode or nil;
	local verdict = line.ask(event.origin, { ask = ask, room = room_jid, jid = event.stanza.attr.from,
		pass = pass_of(event.origin), mode = mode });
	if event.origin.destroyed then return true; end
	if verdict.is ~= "open" then
		say_in_chat(event.origin, room_jid, verdict.attr.text);
		return line.refuse(event, verdict);
	end
	if ask == "record-start" then let_start_through(event, room_jid); end
	return nil;
end

-- Accounts of this server (users, focus) are not reachable for each other past the rooms and the lobby: else whoever once
-- read an address in a meeting could write to it, probe it, or appear to it, also from the waiting room and after the
-- visit. What is left is one's own account and requests to the focus. The same silence or error, whether there is
-- somebody or not.
local function is_private(event)
	local to = event.stanza.attr.to;
	local account, host = jid.bare(to), prosody.hosts[jid.host(to)];
	if not host or host.type ~= "local" or not jid.node(to) or account == jid.bare(event.stanza.attr.from) then return false; end
	return event.stanza.name ~= "iq" or account ~= jid.bare(focus);
end

local function keep_apart(event)
	if not event.stanza.attr.to or not is_private(event) then return nil; end
	if event.stanza.name == "presence" then return true; end
	return line.reject(event, "cancel", "service-unavailable");
end

local function strip_gate_words(event)
	event.stanza:maptags(function (child)
		if child.attr.xmlns == NS then return nil; end
		return child;
	end);
end

-- Readers of a message believe the name in it, so it is the name of the verdict or none.
local function stamp_message(event)
	local session, stanza = event.origin, event.stanza;
	if not rooms_domains:contains(jid.host(stanza.attr.to)) then return strip_gate_words(event); end
	local named = stanza:get_child("nick", NICK) and session.portner;
	line.stamp_name(stanza, named and named.name, false);
end

local function gate_iq(event)
	local stanza = event.stanza;
	local kind = stanza.attr.type;
	if kind ~= "get" and kind ~= "set" then return strip_gate_words(event); end
	if stanza:child_with_ns(NS) then return line.reject(event, "cancel", "service-unavailable"); end
	local conference = stanza:get_child("conference", FOCUS_NS);
	local jibri = stanza:get_child("jibri", JIBRI_NS);
	if not conference and not jibri then return nil; end
	if not async.ready() then return line.reject(event, "wait", "internal-server-error"); end
	if conference then return conference_request(event, conference); end
	return recording_request(event, jibri);
end

-- A client stands in one lobby, under one nick. Whoever stands in ever more makes Prosody and each snapshot longer.
local most_places = 4;

local function may_stand(session, address)
	if not jid.node(address) or not jid.resource(address) then return false; end
	if session.portner.knocks[address] then return true; end
	local places = 0;
	for _ in pairs(session.portner.knocks) do places = places + 1; end
	return places < most_places;
end

-- Time of the session's first knock at this lobby address; later presence does not move it.
local function time_of_knock(session, address)
	local knocks = session.portner.knocks;
	knocks[address] = knocks[address] or ("%.6f"):format(now());
	return knocks[address];
end

-- Stands in for the absent agent: the client believes itself in the lobby and waits. The returning agent finds it.
local function answer_knock(event, address)
	local session = event.origin;
	session.directed = session.directed or {};
	session.directed[address] = true;
	session.send(st.presence({ from = address, to = session.full_jid, id = event.stanza.attr.id })
		:tag("x", { xmlns = MUC_USER })
			:tag("item", { affiliation = "none", role = "participant", jid = session.full_jid }):up()
			:tag("status", { code = "110" }));
	return true;
end

local function forget_place(session, address)
	if session.directed then session.directed[address] = nil; end
	if session.portner then session.portner.knocks[address] = nil; end
end

local function towards_lobby(event, kind)
	local session, stanza = event.origin, event.stanza;
	local address = stanza.attr.to;
	if kind == "unavailable" then
		if session.portner and session.portner.knocks[address] then line.departed(session, address); end
		forget_place(session, address);
		if not line.is_up() then return true; end
		return nil;
	end
	if kind or not session.portner then return nil; end
	if not may_stand(session, address) then return true; end
	local since = time_of_knock(session, address);
	stanza:tag("stamp", { xmlns = NS, pass = session.portner.pass, since = since }):reset();
	if not line.is_up() then return answer_knock(event, address); end
	return nil;
end

-- Of a recording speak the focus and the recorder; clients look for these words in any presence whose address has
-- "focus" in it.
local recorder_words = { ["jibri-recording-status"] = true, session_id = true, mode = true, ["live-stream-view-url"] = true };
local function strip_recorder_words(stanza)
	stanza:maptags(function (child)
		if recorder_words[child.name] then return nil; end
		return child;
	end);
end

local function stamp_presence(event)
	local session, stanza = event.origin, event.stanza;
	local kind, host = stanza.attr.type, jid.host(stanza.attr.to);
	if host ~= agent and not rooms_domains:contains(host) then return strip_gate_words(event); end
	line.stamp_name(stanza, kind == nil and session.portner and session.portner.name, false);
	strip_recorder_words(stanza);
	if host == agent then return towards_lobby(event, kind); end
	return nil;
end

for _, form in ipairs { "full", "bare", "host" } do
	for _, kind in ipairs { "iq", "message", "presence" } do
		module:hook("pre-" .. kind .. "/" .. form, line.guarded(keep_apart), 901);
	end
	module:hook("pre-iq/" .. form, line.guarded(gate_iq), 900);
	module:hook("pre-message/" .. form, line.guarded(stamp_message), 900);
	module:hook("pre-presence/" .. form, line.guarded(stamp_presence), 900);
end

-- A client that was kicked from the lobby sends no unavailable of its own: without this the next snapshot shows a ghost.
module:hook("presence/full", function (event)
	local stanza = event.stanza;
	if stanza.attr.type ~= "unavailable" or jid.host(stanza.attr.from) ~= agent then return; end
	local session = prosody.full_sessions[stanza.attr.to];
	if session then forget_place(session, stanza.attr.from); end
end, 900);

function module.unload() line.close(); end
