-- Benchmark only: asks an HTTP endpoint before each join and holds the join meanwhile, as Jitsi's reservations do.

local async = require "util.async";
local http = require "net.http";
local jid = require "util.jid";
local json = require "util.json";
local st = require "util.stanza";

local MUC = "http://jabber.org/protocol/muc";
local url = module:get_option_string("bench_callout_url");
local muc = module:depends "muc";

local function allowed(stanza)
	local wait, done = async.waiter();
	local answer;
	local body = json.encode { room = jid.bare(stanza.attr.to), jid = stanza.attr.from, nick = jid.resource(stanza.attr.to) };
	http.request(url, { method = "POST", headers = { ["Content-Type"] = "application/json" }, body = body }, function (text, code)
		answer = code == 200 and json.decode(text) or nil;
		done();
	end);
	wait();
	return answer and answer.allowed;
end

module:hook("presence/full", function (event)
	local stanza = event.stanza;
	if stanza.attr.type ~= nil or not stanza:get_child("x", MUC) then return nil; end
	local room = muc.get_room_from_jid(jid.bare(stanza.attr.to));
	if room and room:get_occupant_jid(stanza.attr.from) then return nil; end
	local is_allowed = allowed(stanza);
	if event.origin.destroyed then return true; end
	if is_allowed then return nil; end
	event.origin.send(st.error_reply(stanza, "cancel", "not-allowed"));
	return true;
end, 900);
