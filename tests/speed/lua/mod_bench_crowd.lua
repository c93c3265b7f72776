-- Benchmark only: fills the MUC with rooms and people who have no connection behind them. Loaded on a component of its
-- own; an iq-set with <crowd xmlns='urn:portner:bench'/> reads bench_crowd_file and answers when everybody is seated.
--
-- One line of the file is one room: node, then the ids of the passes of those inside, the first is staff's.

local st = require "util.stanza";

local users = module:get_option_string("bench_users");
local rooms = module:get_option_string("bench_rooms");
local file_name = module:get_option_string("bench_crowd_file");
local MUC = "http://jabber.org/protocol/muc";

local function nobody_home() return true; end

-- luacheck: globals prosody.full_sessions prosody.hosts

local function session_of(user, pass)
	local full_jid = user .. "@" .. users .. "/res";
	local session = { type = "c2s", username = user, host = users, resource = "res", full_jid = full_jid,
		send = nobody_home, log = function () end, portner = { pass = pass, knocks = {} } };
	prosody.full_sessions[full_jid] = session;
	prosody.hosts[users].sessions[user] = { sessions = { res = session } };
	return full_jid;
end

local function seat(muc, line)
	local parts = {};
	for part in line:gmatch("%S+") do parts[#parts + 1] = part; end
	local room = muc.create_room(parts[1] .. "@" .. rooms);
	local book = { inside = {}, expected = {}, told = true };
	room._portner = book;
	for i = 2, #parts do
		local pass = parts[i];
		local full_jid, nick = session_of("crowd-" .. pass, pass), "n" .. pass:sub(1, 12);
		local nick_jid = room.jid .. "/" .. nick;
		local occupant = room:new_occupant(full_jid:match("^[^/]+"), nick_jid);
		occupant.role = i == 2 and "moderator" or "participant";
		occupant:set_session(full_jid, st.presence({ from = full_jid, to = nick_jid }):tag("x", { xmlns = MUC }));
		room:save_occupant(occupant);
		book.inside[full_jid] = { nick = nick, pass = pass };
	end
end

module:hook("iq-set/host/urn:portner:bench:crowd", function (event)
	local muc, seated = prosody.hosts[rooms].modules.muc, 0;
	for line in io.lines(file_name) do
		seat(muc, line);
		seated = seated + 1;
	end
	event.origin.send(st.reply(event.stanza):tag("crowd", { xmlns = "urn:portner:bench", rooms = ("%d"):format(seated) }));
	return true;
end);
