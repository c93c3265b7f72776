-- Who is inside: kept on the room object (it outlives a reload of the module), told to the agent, listed for snapshots.

local jid = require "util.jid";
local st = require "util.stanza";

local page_size = 400;

return function (line, rights)
	local roster = {};
	local bouncing; -- sender of an error stanza under way: mod_muc puts them out without saying why

	local function book_of(room)
		room._portner = room._portner or { inside = {}, expected = {} };
		return room._portner;
	end
	roster.book_of = book_of;

	-- The name and nick of somebody about to come in.
	function roster.expect(room, full_jid, nick, name)
		book_of(room).expected[full_jid] = { nick = nick, name = name, pass = line.pass_of(full_jid) };
	end

	function roster.name_of(room, full_jid)
		local person = book_of(room).inside[full_jid];
		return person and person.name;
	end

	local function tell_made(room)
		local book = book_of(room);
		if book.told then return; end
		book.told = true;
		line.tell("made", { room = room.jid });
	end

	module:hook("muc-occupant-session-new", function (event)
		local room, full_jid = event.room, event.jid;
		local book = book_of(room);
		if book.inside[full_jid] then return; end
		tell_made(room);
		local person = book.expected[full_jid] or { nick = jid.resource(event.nick), pass = line.pass_of(full_jid) };
		book.expected[full_jid], book.inside[full_jid] = nil, person;
		line.tell("joined", { room = room.jid, jid = full_jid, nick = person.nick, pass = person.pass, role = event.occupant.role });
	end, 100);

	local function why_left(event, full_jid)
		if bouncing == full_jid then return "gone"; end
		if not event.stanza then return "kicked"; end
		return event.origin and event.origin.destroyed and "gone" or "left";
	end

	-- Before mod_muc drops the empty room (-1).
	module:hook("muc-occupant-left", function (event)
		local room, nick = event.room, jid.resource(event.nick);
		local book = book_of(room);
		for full_jid, person in pairs(book.inside) do
			if person.nick == nick then
				book.inside[full_jid] = nil;
				line.tell("left", { room = room.jid, jid = full_jid, nick = nick, pass = person.pass, why = why_left(event, full_jid) });
				rights.take_back_if_absent(room, jid.bare(full_jid));
			end
		end
	end, 10);

	module:hook("muc-room-created", function (event) tell_made(event.room); end, 10);
	module:hook("muc-room-destroyed", function (event)
		if not book_of(event.room).told then return; end
		book_of(event.room).told = nil;
		line.tell("destroyed", { room = event.room.jid });
	end, 2);

	local function note_bounce(event)
		bouncing = event.stanza.attr.type == "error" and event.stanza.attr.from or nil;
		if bouncing then module:add_timer(0, function () bouncing = nil; end); end
	end
	for _, name in ipairs { "presence/full", "presence/bare", "message/full", "message/bare" } do
		module:hook(name, note_bounce, 800);
	end

	-- A list of attribute tables: everybody inside, as the answers to orders show them.
	function roster.inside(room)
		local people = {};
		for nick_jid, occupant in room:each_occupant() do
			for full_jid in occupant:each_session() do
				local person = book_of(room).inside[full_jid];
				people[#people + 1] = { jid = full_jid, nick = jid.resource(nick_jid), role = occupant.role,
					pass = person and person.pass or line.pass_of(full_jid) };
			end
		end
		return people;
	end

	local function attribute(name, value)
		return value and (" %s='%s'"):format(name, st.xml_escape(value)) or "";
	end

	local function describe(room)
		local recording = book_of(room).recording or {};
		local parts = { "<room", attribute("jid", room.jid), attribute("recording", recording.is),
			attribute("session", recording.session), attribute("meeting", room._data.meetingId), ">" };
		for _, person in ipairs(roster.inside(room)) do
			parts[#parts + 1] = "<in" .. attribute("jid", person.jid) .. attribute("nick", person.nick)
				.. attribute("pass", person.pass) .. attribute("role", person.role) .. "/>";
		end
		parts[#parts + 1] = "</room>";
		return table.concat(parts);
	end

	line.answer_snapshot(page_size, function ()
		local jids = {};
		for room in rights.live_rooms() do
			if not room._data.destroyed then jids[#jids + 1] = room.jid; end
		end
		return jids;
	end, function (room_jid)
		local room = rights.room(room_jid);
		return room and describe(room) or "";
	end);

	return roster;
end
