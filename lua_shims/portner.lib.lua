-- What all three modules share: the words of docs/gate-protocol.md, the link to the agent, and the question tracker.
--
-- module:require "portner" gives one "line" for the host the module is loaded on. A line asks, tells and knows whether
-- the agent is there. It decides nothing: everything that is not `<verdict is='open'>` is a no.
--
-- Why not module:send_iq: it resolves on "component not connected", keeps only 256 questions, does not notice that the
-- agent died before its time-out, and hangs on an error in a foreign namespace.

local async = require "util.async";
local jid = require "util.jid";
local st = require "util.stanza";
local uuid = require "util.uuid".generate;

local NS = "urn:portner:gate:1";
local own_prefix = "portner:" .. uuid():gsub("-", ""):sub(1, 12) .. ":";

-- portner_agent: domain of the agent's component. Default: "lobby." before the domain of the users.
-- portner_hold:  seconds a question may wait for its answer, the agent's restart included. Default 4: pings of the
--                held client are not answered meanwhile, so longer costs connections.
local users = module.host:gsub("^conference%.", ""):gsub("^breakout%.", ""):gsub("^muc%.", "");
local agent = jid.prep(module:get_option_string("portner_agent", "lobby." .. users));
local hold = module:get_option_number("portner_hold", 4);

local line = { NS = NS, agent = agent, users = users };

-- How ids of requests begin that are sent to the focus in the name of a client: their answers are not for that client.
line.own_stop = "portner-stop:";
local epoch = own_prefix:match(":(%x+):");
local seq = 0;        -- tells made by this host since the module was loaded
local untold = {};    -- events of this turn
local pending = {};   -- [id] = a question without an answer
local asked = 0;
local linked = false; -- the agent's session; an own flag, because mod_component still says "connected" while it tells of the loss
local unloaded = false;

local conditions = { "bad-request", "conflict", "feature-not-implemented", "forbidden", "gone", "internal-server-error",
	"item-not-found", "jid-malformed", "not-acceptable", "not-allowed", "not-authorized", "policy-violation",
	"recipient-unavailable", "registration-required", "remote-server-not-found", "remote-server-timeout",
	"resource-constraint", "service-unavailable", "undefined-condition", "unexpected-request" };
local known_condition, known_type = {}, { auth = true, cancel = true, modify = true, wait = true };
for _, condition in ipairs(conditions) do known_condition[condition] = true; end

local function refusal(error_type, condition, text)
	return { is = "refuse", attr = { type = error_type, condition = condition, text = text } };
end

-- The condition is one that stock Jitsi clients do not mistake for "room full" or "password needed".
local function away() return refusal("wait", "remote-server-timeout", "The reception does not answer"); end

-- Whether a stanza really comes from the agent: its bare domain, over the component's own stream.
function line.from_agent(event)
	local origin = event.origin;
	return event.stanza.attr.from == agent and origin.type == "component" and origin.host == agent;
end

function line.is_up() return linked and true or false; end

local escape = st.xml_escape;

-- Stanzas to the agent are written by hand: st.stanza, routing and mod_component cost Prosody tens of microseconds each.
local function element(name, attr, close)
	local parts = { "<" .. name };
	for key, value in pairs(attr) do parts[#parts + 1] = (" %s='%s'"):format(key, escape(value)); end
	parts[#parts + 1] = close;
	return table.concat(parts);
end

-- Sends what waits to be told. Called at the end of the turn, and before anything else goes to the agent.
function line.flush()
	if not untold[1] then return; end
	local events = untold;
	untold, seq = {}, seq + 1;
	if not linked then return; end -- the gap in seq and the snapshot after connecting make up for it
	local parts = { ("<message from='%s' to='%s'><tell xmlns='%s' epoch='%s' seq='%d'>"):format(module.host, agent, NS, epoch, seq) };
	for _, event in ipairs(events) do parts[#parts + 1] = element(event.name, event.attr, "/>"); end
	parts[#parts + 1] = "</tell></message>";
	linked.send(table.concat(parts));
end

-- Tells the agent what happened. Values of `attr` are strings or nil.
function line.tell(name, attr)
	untold[#untold + 1] = { name = name, attr = attr };
	if not untold[2] then module:add_timer(0, line.flush); end
end

-- Where this host's tells stand: epoch, seq. For snapshot pages.
function line.position()
	line.flush();
	return epoch, ("%d"):format(seq);
end

-- Writes a stanza made by hand straight to the agent: a page of 400 rooms costs half of what util.stanza takes.
function line.write(text)
	line.flush();
	if linked then linked.send(text); end
end

local function settle(id, verdict)
	local question = pending[id];
	if not question then return; end
	pending[id], question.verdict = nil, verdict;
	question.timer:stop();
	question.done();
end

local function send_question(question)
	line.flush();
	linked.send(question.iq);
end

-- While a session waits, its connection is paused. net.server_epoll of 0.12 forgets on resume what LuaSocket had already
-- taken from the socket: more than 8 KB sent in one go with a join would lie there until the client sends again.
local function read_on(_, session)
	local conn, thread = session.conn, session.thread;
	if not conn or not conn.pausefor or conn._pausefor or not conn.conn then return; end
	if thread and thread.state ~= "waiting" and conn.conn:dirty() then conn:pausefor(0); end
end

-- Asks on behalf of `session` and waits. Must run in a runner (async.ready()). `children` are stanzas put into the
-- question. Answers a verdict: { is = "open"|"wait"|"refuse", attr = attributes, tag = its element or nil }.
function line.ask(session, attr, children)
	if unloaded or not agent then return away(); end
	if not async.ready() then return refusal("wait", "internal-server-error"); end
	asked = asked + 1;
	local id = ("%s%d"):format(own_prefix, asked);
	attr.xmlns = NS;
	local inner = {};
	for _, child in ipairs(children or {}) do inner[#inner + 1] = tostring(child); end
	local iq = ("<iq type='get' from='%s' to='%s' id='%s'>%s%s</question></iq>"):format(module.host, agent, id,
		element("question", attr, ">"), table.concat(inner));
	local wait, done = async.waiter();
	local question = { number = asked, iq = iq, done = done };
	pending[id] = question;
	question.timer = module:add_timer(hold, function () settle(id, away()); end);
	if linked then send_question(question); end
	wait();
	module:add_timer(0, function () module:add_timer(0, read_on, session); end); -- behind the runner's own next tick
	return question.verdict or away();
end

local function verdict_in(stanza)
	local tag = stanza.attr.type == "result" and stanza:get_child("verdict", NS);
	local is = tag and tag.attr.is;
	if is == "open" or is == "wait" or is == "refuse" then return { is = is, attr = tag.attr, tag = tag }; end
	return refusal("wait", "internal-server-error");
end

-- A bounced question ("Component unavailable") is not an answer: it stays pending until the link is back.
local function is_bounce(stanza)
	local error_tag = stanza.attr.type == "error" and stanza:get_child("error");
	return error_tag and error_tag:get_child("not-connected", "xmpp:prosody.im/protocol/component");
end

module:hook("iq/host", function (event)
	local stanza = event.stanza;
	local kind, id = stanza.attr.type, stanza.attr.id;
	if (kind ~= "result" and kind ~= "error") or not id or id:sub(1, #own_prefix) ~= own_prefix then return; end
	if is_bounce(stanza) or not line.from_agent(event) then return true; end
	if line.on_alive then line.on_alive(); end
	settle(id, verdict_in(stanza));
	return true;
end, 1000);

local function link_up(session)
	linked = session;
	local waiting = {};
	for _, question in pairs(pending) do waiting[#waiting + 1] = question; end
	table.sort(waiting, function (a, b) return a.number < b.number; end);
	for _, question in ipairs(waiting) do send_question(question); end
end

-- The event also comes for a stranger who never got past the handshake (a standby that polls): only ours counts.
local function link_down(session)
	if session == linked then linked = false; end
end

local function attach(host)
	local component = prosody.hosts[agent];
	if host ~= agent or not component then return; end
	module:hook_object_event(component.events, "component-authenticated", function (event) link_up(event.session); end);
	module:hook_object_event(component.events, "component-disconnected", function (event) link_down(event.session); end);
	local running = component.modules and component.modules.component;
	if running and running.connected and running.session then link_up(running.session); end
end

if agent then
	module:hook_global("host-activated", attach, -100);
	attach(agent);
else
	module:log("error", "portner_agent is not a domain: nobody will be let in");
end

-- Pings the agent each second and closes its stream when three go unanswered, so that a standby can take the place.
function line.keep_alive()
	local missed, number = 0, 0;
	function line.on_alive() missed = 0; end
	local function tick()
		if not linked then missed = 0; return 1; end
		if missed >= 3 then
			missed = 0;
			module:log("warn", "The agent has not answered for 3 s: closing its stream");
			linked:close({ condition = "connection-timeout", text = "No answer to ping" });
			return 1;
		end
		missed, number = missed + 1, number + 1;
		module:send(st.iq({ type = "get", from = module.host, to = agent, id = ("%sping%d"):format(own_prefix, number) })
			:tag("ping", { xmlns = "urn:xmpp:ping" }));
		return 1;
	end
	module:add_timer(1, tick);
end

-- Answers the client with the refusal of a verdict. Conditions outside RFC 6120 become not-allowed.
function line.refuse(event, verdict)
	local stanza = event.stanza;
	if stanza.attr.type == "error" or stanza.attr.type == "result" then return true; end
	local attr = verdict.attr;
	local error_type = known_type[attr.type] and attr.type or "cancel";
	local condition = known_condition[attr.condition] and attr.condition or "not-allowed";
	event.origin.send(st.error_reply(stanza, error_type, condition, attr.text));
	return true;
end

function line.reject(event, error_type, condition, text)
	return line.refuse(event, refusal(error_type, condition, text));
end

-- Makes a handler that always answers: a fault inside it refuses the stanza instead of letting it through in silence.
function line.guarded(handler)
	return function (event)
		local ok, result = pcall(handler, event);
		if ok then return result; end
		module:log("error", "Portner fault: %s", result);
		return line.reject(event, "wait", "internal-server-error");
	end
end

-- The pass of whoever sends: only sessions of the users' domain have one.
function line.pass_of(full_jid)
	local session = prosody.full_sessions[full_jid];
	return session and session.portner and session.portner.pass;
end

-- Takes out what a client may not claim of itself; puts in the name the agent vouches for (nil: none).
-- Told by the name alone, whatever the namespace: nobody reads these names in another one.
local claims = { nick = true, email = true, ["avatar-url"] = true };
function line.stamp_name(stanza, name, trust_identity)
	stanza:maptags(function (child)
		if claims[child.name] or child.attr.xmlns == NS then return nil; end
		if child.name == "identity" and not trust_identity then return nil; end
		return child;
	end);
	if name and name ~= "" then
		stanza:reset():tag("nick", { xmlns = "http://jabber.org/protocol/nick" }):text(name):reset();
	end
end

-- Every open question gets a no: a coroutine left waiting would keep its client's connection paused for ever.
function line.close()
	unloaded = true;
	for id in pairs(pending) do settle(id, away()); end
end

return line;
