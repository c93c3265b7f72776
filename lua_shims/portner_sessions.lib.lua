-- The users' sessions as the agent sees them: tells of their end and sleep, the snapshot of D, the orders for D.

local jid = require "util.jid";
local st = require "util.stanza";
local destroy_session = require "core.sessionmanager".destroy_session;

local now = require "util.time".now;

local page_size = 400;
local departures_kept = 120; -- seconds: longer than an agent is away while staff's clients still show its list
local most_departures = 2000;
local most_of_one = 20; -- departures of one session: who knocks and leaves for ever does not push the others off the list

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
	module:hook("smacks-hibernation-start", function (event) asleep(event.origin); end);

	-- Logged in, but without a resource yet: [session] = { user, pass }. The agent holds the seat from the login on, and
	-- Prosody tells nobody when such a stream ends.
	local logins = {};

	local function lives_on(user)
		if prosody.hosts[module.host].sessions[user] then return true; end
		for _, login in pairs(logins) do
			if login.user == user then return true; end
		end
		return false;
	end

	local function login_ended(session)
		local login = logins[session];
		logins[session] = nil;
		if login and not lives_on(login.user) then
			line.tell("closed", { jid = jid.join(login.user, module.host), pass = login.pass });
		end
	end

	-- Whether the stream is still there. From now on its end is told, also before it has a resource.
	function line.logged_in(session, user)
		logins[session] = { user = user, pass = session.portner.pass };
		if session.destroyed then login_ended(session); return false; end
		module:add_timer(1, function () -- BOSH has no event for it
			if not logins[session] then return; end
			if not session.destroyed then return 1; end
			login_ended(session);
		end);
		return true;
	end

	module:hook_global("c2s-closed", function (event)
		if event.session then login_ended(event.session); end
	end);
	module:hook("smacks-hibernation-end", function (event)
		logins[event.origin] = nil;
		awake(event.resumed);
	end);
	module:hook("resource-unbind", function (event)
		if not lives_on(event.session.username) then closed(event.session); end
	end);

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
	function line.departed(session, address)
		local own = (session.portner.departures or 0) + 1;
		session.portner.departures = own;
		if own > most_of_one then return; end
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

	-- Keys are full JIDs, "gone <address>" and "login <user> <pass>" (no user name holds a space).
	line.answer_snapshot(page_size, function ()
		local keys = {};
		for _, departure in ipairs(recent_departures()) do keys[#keys + 1] = "gone " .. departure.address; end
		for _, session in ipairs(own_sessions()) do keys[#keys + 1] = session.full_jid; end
		for _, login in pairs(logins) do keys[#keys + 1] = ("login %s %s"):format(login.user, login.pass); end
		return keys;
	end, function (key)
		local address = key:match("^gone (.*)$");
		if address then return "<gone" .. attribute("at", address) .. "/>"; end
		local user, pass = key:match("^login (%S+) (%S+)$");
		if user then
			return "<session" .. attribute("jid", jid.join(user, module.host)) .. attribute("pass", pass) .. "/>";
		end
		local session = prosody.full_sessions[key];
		return session and session.portner and describe(session) or "";
	end);

	-- Closed with a reason, so at once; before that the resumption token is revoked by mod_smacks. A sleeping websocket
	-- session has nothing to close (mod_websocket of 0.12 then does nothing) and must be ended by hand.
	local function shut(session, text)
		session:close({ condition = "policy-violation", text = text });
		if not session.destroyed and not session.conn then destroy_session(session, text); end
	end

	-- A stream that names a sleeping one may take it up, or end it and begin anew; both at once would be two on one seat.
	module:hook("resource-bind", function (event)
		local session = event.session;
		logins[session] = nil;
		local others = {};
		for _, other in pairs(prosody.hosts[module.host].sessions[session.username].sessions) do
			if other ~= session then others[#others + 1] = other; end
		end
		for _, other in ipairs(others) do shut(other, "Replaced by a new stream"); end
	end);

	line.obey("recall", function (attr)
		for _, session in ipairs(own_sessions()) do
			if session.portner.pass == attr.pass then shut(session, attr.text); end
		end
		local unbound = {};
		for session, login in pairs(logins) do
			if login.pass == attr.pass then unbound[#unbound + 1] = session; end
		end
		for _, session in ipairs(unbound) do session:close({ condition = "policy-violation", text = attr.text }); end
		return {};
	end);
end
