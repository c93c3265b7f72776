-- Affiliations and roles: given from a verdict when somebody comes in, taken back when they leave, and by nobody else.

local jid = require "util.jid";

return function (line)
	local rights = {};
	local expected; -- the one owner or admin grant that may pass now: { room, bare, affiliation }

	-- portner_focus: real JID of the focus (bare or full). It alone may be made owner by mod_muc when it makes a room.
	local focus = jid.bare(jid.prep(module:get_option_string("portner_focus", "focus@auth." .. line.users)));
	rights.focus = focus;

	local muc = module:depends "muc";
	rights.live_rooms = muc.live_rooms;

	-- The room object of this MUC, or nil. Tombstones of destroyed rooms do not count.
	function rights.room(room_jid)
		local room = room_jid and jid.node(room_jid) and muc.get_room_from_jid(room_jid);
		return room and not room._data.destroyed and room or nil;
	end

	function rights.expect(room, bare, affiliation)
		expected = { room = room, bare = bare, affiliation = affiliation };
	end

	function rights.expect_nothing() expected = nil; end

	module:hook("muc-pre-set-affiliation", function (event)
		if event.affiliation ~= "owner" and event.affiliation ~= "admin" then return; end
		if expected and expected.room == event.room and expected.bare == event.jid and expected.affiliation == event.affiliation then
			return;
		end
		if event.jid == focus then return; end
		event.allowed, event.error = false, { type = "cancel", condition = "not-allowed" };
	end, 1000);

	local function nobody_told() end

	-- mod_muc announces the bare JID of somebody who is not inside to all who are: not here.
	local function set_quietly(room, bare, affiliation)
		expected = { room = room, bare = bare, affiliation = affiliation };
		room.broadcast = nobody_told;
		local ok, done = pcall(room.set_affiliation, room, true, bare, affiliation);
		room.broadcast, expected = nil, nil;
		if not ok then error(done, 0); end
		return done;
	end

	local function is_inside(room, bare)
		for _, occupant in room:each_occupant() do
			if occupant.bare_jid == bare then return true; end
		end
		return false;
	end
	rights.is_inside = is_inside;

	-- Whether the room now has this affiliation for this person. A verdict without one is not a verdict.
	function rights.give(room, bare, affiliation)
		if affiliation ~= "owner" and affiliation ~= "admin" and affiliation ~= "member" then return false; end
		if (room:get_affiliation(bare) or "none") ~= affiliation then set_quietly(room, bare, affiliation); end
		return room:get_affiliation(bare) == affiliation;
	end

	-- A ban stays; every other right goes with the person.
	function rights.take_back_if_absent(room, bare)
		local affiliation = room._affiliations[bare];
		if room.destroying or not affiliation or affiliation == "outcast" or is_inside(room, bare) then return; end
		set_quietly(room, bare, "none");
	end

	function rights.clear_absent(room)
		local gone = {};
		for bare in room:each_affiliation() do
			if not is_inside(room, bare) then gone[#gone + 1] = bare; end
		end
		for _, bare in ipairs(gone) do set_quietly(room, bare, "none"); end
	end

	-- mod_muc keeps a room whose first join it refused: an empty shell that others would be told exists.
	function rights.drop_if_empty(room)
		if rights.room(room.jid) == room and not room:has_occupant() then room:destroy(); end
	end

	return rights;
end
