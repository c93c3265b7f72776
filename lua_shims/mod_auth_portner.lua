-- Authentication provider of the users' VirtualHost (authentication = "portner").
--
-- Passes the client's token to the agent during SASL and obeys the verdict. Where the token comes from:
--   websocket, BOSH: query parameter `token`, or the Authorization header (what Jitsi clients send), mechanism ANONYMOUS;
--   TCP:             the password of PLAIN.
-- An own SASL handler, because util.sasl's ANONYMOUS loops for ever when its profile refuses.

local uuid = require "util.uuid".generate;
local sha256 = require "util.hashes".sha256;
local formdecode = require "util.http".formdecode;

local longest_token = 8000; -- bytes; Prosody takes 10,000 in all before authentication
local door = module:depends "portner_door"; -- one line per host, so that tells stay ahead of questions

-- What Jitsi's own modules read from the session (upstream: resources/prosody-plugins/token/util.lib.lua and
-- mod_jitsi_permissions.lua). The name is the agent's and not the client's to change; what only the agent may start
-- is not a client's feature. `recording` shows the button; the request itself is asked about.
local function features_of(role)
	return {
		["name-readonly"] = true, recording = role == "staff", livestreaming = false, transcription = false,
		["outbound-call"] = false, ["sip-outbound-call"] = false, ["file-upload"] = false, ["create-polls"] = false,
	};
end

local function admit(session, user, attr)
	session.portner = { pass = attr.pass, role = attr.role, room = attr.room, name = attr.name, knocks = {} };
	session.jitsi_meet_room = attr.room;
	session.jitsi_meet_domain = "*";
	-- Every key of this table is shown to everyone in the meeting (mod_presence_identity): nothing but these two.
	session.jitsi_meet_context_user = { id = sha256("portner:" .. (attr.pass or user), true):sub(1, 24), name = attr.name };
	session.jitsi_meet_context_features = features_of(attr.role);
end

local function query_of(request)
	local query = request and request.url and request.url.query;
	local form = query and formdecode(query);
	return type(form) == "table" and form or {};
end

-- Both events go to the global bus only; at websocket-session the session has no host yet.
local function remember_token(event)
	local session, request = event.session, event.request;
	local query = query_of(request);
	local header = request.headers and request.headers.authorization;
	session.portner_token = query.token or (header and header:match("^%a+ +(.+)$"));
	session.portner_previd = query.previd;
end
module:hook_global("websocket-session", remember_token);
module:hook_global("bosh-session", remember_token);

-- The session whose stream the client wants to take up again (XEP-0198): it keeps its user name, or smacks finds nothing.
local function resumed_session(previd)
	if not previd or previd == "" then return nil; end
	for _, user in pairs(prosody.hosts[module.host].sessions) do
		for _, session in pairs(user.sessions) do
			if session.resumption_token == previd and session.portner then return session; end
		end
	end
end

local handler_methods = {};
local handler_mt = { __index = handler_methods };

local function new_handler(session)
	return setmetatable({ session = session }, handler_mt);
end

function handler_methods.mechanisms() return { ANONYMOUS = true, PLAIN = true }; end

function handler_methods:select(mechanism)
	if not self:mechanisms()[mechanism] then return false; end
	self.selected = mechanism;
	return true;
end

function handler_methods:clean_clone() return new_handler(self.session); end

local function token_from(handler, message)
	if handler.selected ~= "PLAIN" then return handler.session.portner_token; end
	return message and message:match("^[^%z]*%z[^%z]*%z([^%z]+)$");
end

-- Answers SASL's status and its arguments. Waits for the agent.
function handler_methods:process(message)
	local session = self.session;
	local token = token_from(self, message);
	if token and #token > longest_token then return "failure", "malformed-request"; end
	local sleeping = resumed_session(session.portner_previd);
	local user = sleeping and sleeping.username or uuid();
	local verdict = door.line.ask(session, { ask = "authenticate", token = token, user = user, resumes = sleeping and "1" });
	if verdict.tag == nil then return "failure", "temporary-auth-failure", verdict.attr.text; end
	if verdict.is ~= "open" then return "failure", "not-authorized", verdict.attr.text; end
	if sleeping and (not sleeping.portner or sleeping.portner.pass ~= verdict.attr.pass) then
		return "failure", "not-authorized", "Not the pass of the session to be resumed";
	end
	admit(session, user, verdict.attr);
	if not door.line.logged_in(session, user) then return "failure", "temporary-auth-failure"; end
	session.portner_token, session.portner_previd = nil, nil;
	self.username = user;
	return "success";
end

local provider = { name = "portner" };

function provider.get_sasl_handler(session) return new_handler(session); end
function provider.test_password() return nil, "Passwords are not kept here"; end
function provider.get_password() return nil, "Passwords are not kept here"; end
function provider.set_password() return nil, "Passwords are not kept here"; end
function provider.user_exists() return false; end
function provider.users() return function () return nil; end; end
function provider.create_user() return nil, "Accounts are not kept here"; end
function provider.delete_user() return nil, "Accounts are not kept here"; end

module:provides("auth", provider);
