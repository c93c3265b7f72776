-- Orders for rooms: invite, kick, destroy, turnover.

local jid = require "util.jid";
local st = require "util.stanza";

local MUC_USER = "http://jabber.org/protocol/muc#user";

return function (line, rights, roster)
	-- An order about a room: `act(room, attr)`, then who is inside.
	local function order(name, act)
		line.obey(name, function (attr)
			local room = rights.room(jid.prep(attr.room or ""));
			if not room then return nil, "item-not-found"; end
			act(room, attr);
			return roster.inside(room);
		end);
	end

	line.obey("invite", function (attr)
		local room, to = rights.room(jid.prep(attr.room or "")), jid.prep(attr.jid or "");
		if not room or not to then return nil, "item-not-found"; end
		module:send(st.message({ from = room.jid, to = to }):tag("x", { xmlns = MUC_USER })
			:tag("invite", { from = room.jid }):tag("reason"):up():up():up());
		return {};
	end);

	order("kick", function (room, attr)
		local occupant_jid = room:get_occupant_jid(attr.jid or "");
		if occupant_jid then room:set_role(true, occupant_jid, nil, attr.text); end
	end);

	line.obey("destroy", function (attr)
		local room = rights.room(jid.prep(attr.room or ""));
		if room then room:destroy(nil, attr.text); end
		return {};
	end);

	-- What Jitsi's modules hang on the room object and send to whoever joins next.
	-- mod_speakerstats_component: room.speakerStats, an object per real JID and a few plain values.
	local function forget_speakers(room)
		local stats = room.speakerStats;
		if type(stats) ~= "table" then return; end
		local kept = {};
		for key, value in pairs(stats) do
			if type(value) ~= "table" then
				if key ~= "dominantSpeakerId" then kept[key] = value; end
			elseif room:get_occupant_jid(key) then
				value.totalDominantSpeakerTime, value._dominantSpeakerStart = 0, 0;
				for expression in pairs(value.facialExpressions or {}) do value.facialExpressions[expression] = 0; end
				kept[key] = value;
			end
		end
		room.speakerStats = kept;
	end

	-- mod_polls_component: room.polls; mod_filesharing_component: room.jitsi_shared_files;
	-- mod_room_metadata_component: room.jitsiMetadata, sent again when its event is fired.
	local function forget_jitsi(room)
		forget_speakers(room);
		if room.polls then room.polls = { by_id = {}, order = {}, count = 0 }; end
		if room.jitsi_shared_files then room.jitsi_shared_files = {}; end
		if room.jitsiMetadata then
			room.jitsiMetadata = {};
			module:fire_event("room-metadata-changed", { room = room });
		end
	end

	local function forget_subject(room)
		local _, subject = room:get_subject();
		if subject then room:set_subject(room.jid, nil); end
		room._data.subject, room._data.subject_from, room._data.subject_time = nil, nil, nil;
	end

	order("turnover", function (room)
		line.void_grants(room.jid);
		room._history = nil;
		forget_subject(room);
		rights.clear_absent(room);
		forget_jitsi(room);
	end);
end
