-- The users' sessions as the agent sees them: tells of their end and sleep, the snapshot of D, the orders for D.

local jid = require "util.jid";
local st = require "util.stanza";
local destroy_session = require "core.sessionmanager".destroy_session;

local now = require "util.time".now;

local page_size = 400;
local departures_kept = 120; -- seconds: longer than an agent is away while staff's clients still show its list
local most_departures = 2000;

return function (line)
	local agent = line.agent;

	local function teller(name)
		return function (session)
			if session and session.portner and session.portner.pass and session.full_jid then
				line.tell(name, { jid = session.full_jid, pass = session.portner.pass });
			end
		end
	end
	local closed, asleep, awake = teller("closed"), teller("asleep"), teller("awake");
	module:hook("resource-unbind", function (event) closed(event.session); end);
	module:hook("smacks-hibernation-start", function (event) asleep(event.origin); end);
	module:hook("smacks-hibernation-end", function (event) awake(event.resumed); end);

	local function own_sessions()
		local found = {};
		for _, user in pairs(prosody.hosts[module.host].sessions) do
			for _, session in pairs(user.sessions) do
				if session.portner and session.portner.pass then found[#found + 1] = session; end
			end
		end
		return found;
	end

	local function attribute(name, value)
		return value and (" %s='%s'"):format(name, st.xml_escape(value)) or "";
	end

	local function describe(session)
		local parts = { "<session", attribute("jid", session.full_jid), attribute("pass", session.portner.pass),
			attribute("asleep", session.hibernating and "1"), ">" };
		for address in pairs(session.directed or {}) do
			local since = session.portner.knocks[address];
			if since and jid.host(address) == agent then
				parts[#parts + 1] = "<at" .. attribute("lobby", address) .. attribute("since", since) .. "/>";
			end
		end
		parts[#parts + 1] = "</session>";
		return table.concat(parts);
	end

	local departures = {};

	-- A goodbye may reach an agent that dies before it acts on it: the next one hears of it again.
	function line.departed(address)
		departures[#departures + 1] = { address = address, at = now() };
		if #departures > most_departures then table.remove(departures, 1); end
	end

	local function recent_departures()
		local since, recent = now() - departures_kept, {};
		for _, departure in ipairs(departures) do
			if departure.at > since then recent[#recent + 1] = departure; end
		end
		departures = recent;
		return recent;
	end

	-- Keys are full JIDs, and "gone <address>" (no JID holds a space).
	line.answer_snapshot(page_size, function ()
		local keys = {};
		for _, departure in ipairs(recent_departures()) do keys[#keys + 1] = "gone " .. departure.address; end
		for _, session in ipairs(own_sessions()) do keys[#keys + 1] = session.full_jid; end
		return keys;
	end, function (key)
		local address = key:match("^gone (.*)$");
		if address then return "<gone" .. attribute("at", address) .. "/>"; end
		local session = prosody.full_sessions[key];
		return session and session.portner and describe(session) or "";
	end);

	-- Closed with a reason, so at once; before that the resumption token is revoked by mod_smacks. A sleeping websocket
	-- session has nothing to close (mod_websocket of 0.12 then does nothing) and must be ended by hand.
	local function shut(session, text)
		session:close({ condition = "policy-violation", text = text });
		if not session.destroyed and not session.conn then destroy_session(session, text); end
	end

	line.obey("recall", function (attr)
		for _, session in ipairs(own_sessions()) do
			if session.portner.pass == attr.pass then shut(session, attr.text); end
		end
		return {};
	end);
end
