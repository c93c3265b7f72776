-- What people inside a room want done: Jitsi's Admit, kicks and rights (muc#admin), settings (muc#owner), reserved nicks.
-- mod_muc sees such a stanza only after an open verdict; invitations it never sees.

local jid = require "util.jid";
local st = require "util.stanza";

local MUC_USER = "http://jabber.org/protocol/muc#user";
local FORM = "jabber:x:data";
local most = 100; -- children taken from one stanza; a room holds far fewer people

return function (line, turns, rights)
	local function ask(event, what, children)
		local from = event.stanza.attr.from;
		return line.ask(event.origin,
			{ ask = what, room = jid.bare(event.stanza.attr.to), jid = from, pass = line.pass_of(from) }, children);
	end

	-- Asks; nil lets the stanza go on to mod_muc.
	local function may(event, what, children)
		if #children == 0 or #children > most then return line.reject(event, "modify", "bad-request"); end
		local verdict = ask(event, what, children);
		if event.origin.destroyed then return true; end
		if verdict.is == "open" then return nil; end
		return line.refuse(event, verdict);
	end

	-- From the room's bare address: it is what a waiting Jitsi client answers by joining.
	local function send_invitation(room_jid, to)
		module:send(st.message({ from = room_jid, to = to }):tag("x", { xmlns = MUC_USER })
			:tag("invite", { from = room_jid }):tag("reason"):up():up():up());
	end

	local function invitees(stanza)
		local people = {};
		for x in stanza:childtags("x", MUC_USER) do
			for invite in x:childtags("invite") do
				local to = jid.prep(invite.attr.to);
				if to then people[#people + 1] = st.stanza("invite", { to = to, xmlns = line.NS }); end
			end
		end
		return people;
	end

	local function invitation(event)
		local people = invitees(event.stanza);
		if #people == 0 or #people > most then return line.reject(event, "modify", "bad-request"); end
		local verdict = ask(event, "admit", people);
		local room_jid = jid.bare(event.stanza.attr.to);
		if verdict.is ~= "open" then
			return verdict.is == "wait" or event.origin.destroyed or line.refuse(event, verdict);
		end
		for invite in verdict.tag:childtags("invite") do
			local to = jid.prep(invite.attr.to);
			if to and rights.room(room_jid) then send_invitation(room_jid, to); end
		end
		return true;
	end

	local function not_inside(event)
		return line.reject(event, "cancel", "not-acceptable", "You are not currently connected to this chat");
	end

	local function no_decline(event)
		return line.reject(event, "cancel", "feature-not-implemented");
	end

	-- Messages that mod_muc acts upon by itself. A decline carries free text from the room to any address: nobody sends
	-- one. A request for voice from outside makes mod_muc 0.12 fail.
	function turns.on_message(event)
		local stanza = event.stanza;
		local kind = stanza.attr.type;
		if kind == "error" or kind == "groupchat" then return nil; end
		local x = stanza:get_child("x", MUC_USER);
		if x and x:get_child("invite") then return invitation; end
		if x and x:get_child("decline") then return no_decline; end
		if not x and not stanza:get_child("x", FORM) then return nil; end
		local room = rights.room(jid.bare(stanza.attr.to));
		if not room or room:get_occupant_jid(stanza.attr.from) then return nil; end
		return not_inside;
	end

	local function real_jid(room, item)
		local occupant_jid = item.attr.nick and jid.join(jid.node(room.jid), jid.host(room.jid), item.attr.nick);
		local occupant = occupant_jid and room:get_occupant_by_nick(occupant_jid);
		if occupant then return occupant.jid; end
		local wanted = item.attr.jid and jid.bare(jid.prep(item.attr.jid));
		for _, other in room:each_occupant() do
			if wanted and other.bare_jid == wanted then return other.jid; end
		end
		return item.attr.jid;
	end

	-- The verdict covers what was asked: an owner or admin grant in it may pass mod_muc's event this once.
	local function grant(event)
		local room = rights.room(jid.bare(event.stanza.attr.to));
		if not room then return nil; end -- mod_muc answers item-not-found
		local query, items = event.stanza.tags[1], {};
		for _, item in ipairs(query.tags) do
			-- mod_muc acts upon the first child whatever it is called: what is not asked about must not get there.
			if item.name ~= "item" or item.attr.xmlns ~= query.attr.xmlns then return line.reject(event, "modify", "bad-request"); end
			items[#items + 1] = st.stanza("item", { xmlns = line.NS, nick = item.attr.nick, jid = real_jid(room, item),
				affiliation = item.attr.affiliation, role = item.attr.role });
		end
		local refused = may(event, "grant", items);
		local first = query.tags[1];
		if not refused and first.attr.affiliation then
			rights.expect(room, jid.bare(real_jid(room, first) or ""), first.attr.affiliation);
			turns.after(rights.expect_nothing);
		end
		return refused;
	end

	local function settings_in(query)
		local children = {};
		if query:get_child("destroy") then children[1] = st.stanza("destroy", { xmlns = line.NS }); end
		local form = query:get_child("x", FORM);
		for field in (form or query):childtags("field") do
			children[#children + 1] = st.stanza("field", { xmlns = line.NS, var = field.attr.var, value = field:get_child_text("value") });
		end
		if form and #children == 0 then children[1] = st.stanza("field", { xmlns = line.NS }); end -- "instant room"
		return children;
	end

	local function configure(event)
		if not rights.room(jid.bare(event.stanza.attr.to)) then return nil; end
		return may(event, "configure", settings_in(event.stanza.tags[1]));
	end

	local function empty_list(event)
		return line.reject(event, "modify", "bad-request");
	end

	-- Reading is mod_muc's own matter, but for a list without an item, at which 0.12 fails.
	turns.on_iq["http://jabber.org/protocol/muc#admin:query"] = function (event)
		if event.stanza.attr.type == "set" then return grant; end
		return not event.stanza.tags[1]:get_child("item") and empty_list or nil;
	end;
	local function set_only(event) return event.stanza.attr.type == "set" and configure or nil; end
	turns.on_iq["http://jabber.org/protocol/muc#owner:query"] = set_only;
	turns.on_iq["jabber:iq:register:query"] = set_only;
end
