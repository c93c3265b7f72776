-- Waiting for a verdict, and keeping one sender's stanzas in order meanwhile.
--
-- Client sessions (TCP, websocket, BOSH) run in a runner of their own: the handler just waits, later stanzas of the
-- session stand behind it. Stanzas of components and of Prosody itself have no runner: they get one per sender here and
-- are put in again afterwards.

local async = require "util.async";

return function (line)
	local turns = { on_iq = {} };
	local held = {};                                    -- [sender] = { runner, waiting = number of its stanzas in there }
	local passed = setmetatable({}, { __mode = "k" }); -- [stanza] = true: had its turn

	-- Runs at the end of this turn of Prosody, when mod_muc is done with the stanza.
	function turns.after(act) module:add_timer(0, act); end

	local function take_turn(event)
		if event.question and event.question(event) then return; end
		if event.origin.destroyed then return; end
		passed[event.stanza] = true;
		prosody.core_post_stanza(event.origin, event.stanza);
	end

	local function queue_for(sender)
		local queue = { waiting = 0 };
		queue.runner = async.runner(function (event)
			local ok, fault = pcall(take_turn, event);
			if not ok then module:log("error", "Portner fault: %s", fault); end
			queue.waiting = queue.waiting - 1;
			if queue.waiting == 0 and held[sender] == queue then held[sender] = nil; end
		end);
		return queue;
	end

	local function stand_in_line(event, question)
		local sender = event.stanza.attr.from;
		local queue = held[sender] or queue_for(sender);
		held[sender], queue.waiting = queue, queue.waiting + 1;
		queue.runner:run({ origin = event.origin, stanza = event.stanza, question = question and line.guarded(question) });
		return true;
	end

	local function by_kind(find_question)
		return function (event)
			if passed[event.stanza] then return nil; end
			local question = find_question(event);
			if held[event.stanza.attr.from] then return stand_in_line(event, question); end
			if not question then return nil; end
			if async.ready() then return question(event); end
			return stand_in_line(event, question);
		end
	end

	-- on_presence, on_message, on_iq: set by the libraries; they answer the question to ask about an event, or nil.
	local kinds = {
		presence = function (event) return turns.on_presence and turns.on_presence(event); end,
		message = function (event) return turns.on_message and turns.on_message(event); end,
		iq = function (event)
			local tag, kind = event.stanza.tags[1], event.stanza.attr.type;
			local find = tag and (kind == "set" or kind == "get") and turns.on_iq[(tag.attr.xmlns or "") .. ":" .. tag.name];
			return find and find(event) or nil;
		end,
	};
	for name, find_question in pairs(kinds) do
		for _, form in ipairs { "full", "bare", "host" } do
			module:hook(name .. "/" .. form, line.guarded(by_kind(find_question)), 900);
		end
	end

	return turns;
end
