-- Tests only: runs Lua inside the Prosody under test, so that a test can reload a module or look at a room.
-- <iq type='set'><lua xmlns='urn:portner:test'>return 1 + 1</lua></iq> answers <lua>2</lua>.
local st = require "util.stanza";

module:hook("iq-set/host/urn:portner:test:lua", function (event)
	local env = setmetatable({ module = module, modulemanager = require "core.modulemanager" }, { __index = _G });
	local chunk = assert(load(event.stanza.tags[1]:get_text(), "test", "t", env));
	local reply = st.reply(event.stanza);
	reply:tag("lua", { xmlns = "urn:portner:test" }):text(tostring((chunk())));
	event.origin.send(reply);
	return true;
end);
