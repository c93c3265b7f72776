-- The Lua modules run inside Prosody: what they may touch there is listed, one by one.
std = "lua54"
max_line_length = 140
unused_secondaries = true

local module_fields = {
	"add_identity", "add_timer", "depends", "fire_event", "get_option_number", "get_option_set",
	"get_option_string", "hook", "hook_global", "hook_object_event", "log", "provides", "reloading", "require",
	"send",
}

read_globals = {
	module = {
		fields = {
			unload = { read_only = false },
		},
		other_fields = false,
	},
	prosody = { fields = { hosts = { other_fields = true }, full_sessions = { other_fields = true }, "core_post_stanza" } },
}
read_globals.module.fields.host = { other_fields = true };
for _, name in ipairs(module_fields) do read_globals.module.fields[name] = {}; end

-- What a Prosody module leaves global is what other modules get from module:depends.
files["lua_shims/mod_portner_door.lua"] = { globals = { "line" } }
