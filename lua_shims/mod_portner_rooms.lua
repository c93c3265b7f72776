-- Loaded on the main MUC and on the breakout MUC: who may make and enter a room, as what, under which name.
--
-- The question is asked at presence/full, before mod_muc looks the room up, and never inside muc-room-pre-create or
-- muc-occupant-pre-join: waiting there makes two rooms of one, ghosts, and shared nicks. Those two events only check
-- that a verdict stands behind the stanza. After the verdict mod_muc makes and enters the room in one go.
--
--   portner_turns.lib.lua    waiting for a verdict without losing the order of one sender's stanzas
--   portner_acts.lib.lua     invitations, muc#admin, muc#owner, registration: questions; the guard of affiliations
--   portner_roster.lib.lua   who is inside: tells, snapshot
--   portner_clear.lib.lua    turnover
--   portner_recording.lib.lua  what the focus says of a recording; ending one
--   portner_orders.lib.lua   orders of the agent

local line = module:require "portner";
module:require "portner_orders" (line);
local rights = module:require "portner_rights" (line);
local turns = module:require "portner_turns" (line);
local roster = module:require "portner_roster" (line, rights);
module:require "portner_acts" (line, turns, rights);
module:require "portner_clear" (line, rights, roster);
module:require "portner_recording" (line, rights, roster, module:require "portner_intent");

local jid = require "util.jid";
local now = require "util.time".now;
local st = require "util.stanza";

local MUC, JITMEET = "http://jabber.org/protocol/muc", "http://jitsi.org/jitmeet";
local roles = { moderator = true, participant = true, visitor = true };
local grant_life = 10; -- seconds; Jitsi's mod_muc_meeting_id and mod_muc_rate_limit replay a join they queued

local granted = setmetatable({}, { __mode = "k" }); -- [stanza] = what the agent allowed this very stanza to do

-- A visitor's join that Jitsi's modules still hold back belongs to the visit that ended: it needs a new yes.
function line.void_grants(room_jid)
	for stanza, grant in pairs(granted) do
		if grant.room == room_jid and grant.attr.affiliation ~= "owner" then granted[stanza] = nil; end
	end
end

if (module:get_option_number("muc_room_cache_size", 100) or 0) < 1000 then
	module:log("warn", "muc_room_cache_size is below 1000: occupied rooms above it vanish from the agent's sight");
end

-- The refusal that makes a Jitsi client knock. Today's client reads the lobbyroom inside <error/>, older ones the other.
local function send_to_lobby(event, verdict)
	local stanza = event.stanza;
	local lobby = verdict.attr.lobby or jid.join(jid.node(stanza.attr.to), line.agent);
	local reply = st.error_reply(stanza, "auth", "registration-required");
	local error_tag = reply:get_child("error");
	error_tag.attr.code = "407";
	error_tag:text_tag("lobbyroom", lobby, { xmlns = JITMEET });
	event.origin.send(reply:reset():text_tag("lobbyroom", lobby):tag("x", { xmlns = MUC }));
	return true;
end

-- An account of this server (focus, recorder) is who it says only on a session of its own: Prosody stamps the sender of
-- those, and of nothing that another module or component sends in its name.
local function is_nobodys(event)
	local host = prosody.hosts[jid.host(event.stanza.attr.from)];
	return host and host.type == "local" and prosody.full_sessions[event.stanza.attr.from] ~= event.origin;
end

local function may_enter(event)
	local stanza = event.stanza;
	local from, room_jid = stanza.attr.from, jid.bare(stanza.attr.to);
	if is_nobodys(event) then return line.reject(event, "auth", "forbidden"); end
	for _ = 1, 3 do
		local room = rights.room(room_jid);
		local verdict = line.ask(event.origin, { ask = room and "join" or "create", room = room_jid, jid = from,
			nick = jid.resource(stanza.attr.to), pass = line.pass_of(from), exists = room and "1" or "0" });
		if event.origin.destroyed then return true; end -- gone while waiting: no ghost
		if verdict.is == "wait" then return send_to_lobby(event, verdict); end
		if verdict.is ~= "open" then return line.refuse(event, verdict); end
		if rights.room(room_jid) == room then
			granted[stanza] = { attr = verdict.attr, jid = from, room = room_jid, to = stanza.attr.to, till = now() + grant_life };
			return nil;
		end
	end
	return line.reject(event, "wait", "resource-constraint");
end

local function without_nick(event)
	return line.reject(event, "modify", "jid-malformed", "A room is entered with a nick");
end

-- Whether a presence would make or enter a room; the question to ask then.
function turns.on_presence(event)
	local stanza = event.stanza;
	if stanza.attr.type ~= nil or not stanza:get_child("x", MUC) then return nil; end
	local room = rights.room(jid.bare(stanza.attr.to));
	if room and room:get_occupant_jid(stanza.attr.from) then return nil; end
	if not jid.node(stanza.attr.to) or not jid.resource(stanza.attr.to) then return without_nick; end
	return may_enter;
end

local function grant_for(event)
	local stanza = event.stanza;
	local grant = granted[stanza];
	if not grant or grant.jid ~= stanza.attr.from or grant.to ~= stanza.attr.to or grant.room ~= event.room.jid then return nil; end
	return grant.till >= now() and grant or nil;
end

local function no_grant(event)
	module:log("error", "A join reached mod_muc without a verdict: refused");
	return line.reject(event, "cancel", "not-allowed");
end

-- Above Jitsi's own handlers (mod_muc_meeting_id 100, mod_token_verification 99).
module:hook("muc-room-pre-create", line.guarded(function (event)
	local grant = grant_for(event);
	if not grant then return no_grant(event); end
	rights.expect(event.room, jid.bare(grant.jid), grant.attr.affiliation);
	turns.after(function ()
		rights.expect_nothing();
		rights.drop_if_empty(event.room);
	end);
end), 110);

-- Below mod_muc's defaults (1) and above its owner grant (-1).
module:hook("muc-room-pre-create", function (event)
	event.room:set_members_only(true);
	event.room:set_whois("anyone");
end, -0.5);

local function enter(event)
	local stanza, room = event.stanza, event.room;
	local grant = grant_for(event);
	if not grant then return no_grant(event); end
	if event.is_first_session == false then
		return line.reject(event, "cancel", "conflict"); -- one seat is one connection, also under the same user name
	end
	local bare = jid.bare(grant.jid);
	if not rights.give(room, bare, grant.attr.affiliation) then
		return line.reject(event, "wait", "internal-server-error");
	end
	turns.after(function () rights.take_back_if_absent(room, bare); end);
	local role = grant.attr.role;
	event.occupant.role = roles[role] and role or (room:get_default_role(room:get_affiliation(bare)));
	roster.expect(room, grant.jid, jid.resource(grant.to), grant.attr.name);
	line.stamp_name(stanza, grant.attr.name, line.pass_of(grant.jid));
end
-- After Jitsi's token check (99), before its queues (10-8).
module:hook("muc-occupant-pre-join", line.guarded(enter), 90);

-- A verdict covers one nick. Presence of those inside is stamped each time; another nick is another seat.
module:hook("muc-occupant-pre-change", line.guarded(function (event)
	if event.dest_occupant.nick ~= event.orig_occupant.nick then
		return line.reject(event, "cancel", "not-allowed", "Nicks are given at the door");
	end
	local from = event.stanza.attr.from;
	line.stamp_name(event.stanza, roster.name_of(event.room, from), line.pass_of(from));
end), 90);

-- Jitsi's moderator finds the lobby only here, in the same reply as muc_membersonly.
module:hook("muc-disco#info", function (event)
	if not event.form or not line.agent then return; end
	table.insert(event.form, { name = "muc#roominfo_lobbyroom", type = "text-single", label = "Lobby room" });
	event.formdata["muc#roominfo_lobbyroom"] = jid.join(jid.node(event.room.jid), line.agent);
end);

-- How many are inside is the business of those inside: who waits would read there whether another visit goes on.
module:hook("muc-disco#info", function (event)
	if not event.form or event.room:get_occupant_jid(event.stanza.attr.from) then return; end
	for index = #event.form, 1, -1 do
		if event.form[index].name == "muc#roominfo_occupants" then table.remove(event.form, index); end
	end
	event.formdata["muc#roominfo_occupants"] = nil;
end, -10);

function module.unload()
	line.close();
	if not module.reloading then
		module:log("error", "mod_portner_rooms is gone: this MUC has no door any more");
	end
end
