-- The users' sessions as the agent sees them: tells of their end and sleep, the snapshot of D, the orders for D.

local jid = require "util.jid";
local st = require "util.stanza";

local page_size = 400;

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

	line.answer_snapshot(page_size, function ()
		local jids = {};
		for _, session in ipairs(own_sessions()) do jids[#jids + 1] = session.full_jid; end
		return jids;
	end, function (full_jid)
		local session = prosody.full_sessions[full_jid];
		return session and session.portner and describe(session) or "";
	end);

	-- Closed with a reason, so at once; before that the resumption token is revoked by mod_smacks.
	local function shut(session, text)
		session:close({ condition = "policy-violation", text = text });
	end

	line.obey("disconnect", function (attr)
		local session = prosody.full_sessions[attr.jid or ""];
		if session and session.host == module.host then shut(session, attr.text); end
		return {};
	end);

	line.obey("recall", function (attr)
		for _, session in ipairs(own_sessions()) do
			if session.portner.pass == attr.pass then shut(session, attr.text); end
		end
		return {};
	end);
end
