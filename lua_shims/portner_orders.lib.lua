-- Orders and snapshot requests: taken from the agent alone, answered in the order they came, safe to repeat.

local st = require "util.stanza";

return function (line)
	local NS = line.NS;
	local orders = {};

	-- `act` gets the order's attributes; it answers a list of attribute tables, one `<in/>` each, or nil and a condition.
	function line.obey(name, act) orders[name] = act; end

	local function carry_out(event)
		local stanza = event.stanza;
		if not line.from_agent(event) then return line.reject(event, "auth", "forbidden"); end
		local order = stanza.tags[1];
		local act = orders[order.attr["do"] or ""];
		if not act then return line.reject(event, "cancel", "feature-not-implemented"); end
		local inside, condition = act(order.attr);
		line.flush();
		if not inside then return line.reject(event, "cancel", condition); end
		local reply = st.reply(stanza):tag("done", { xmlns = NS });
		for _, person in ipairs(inside) do reply:tag("in", person):up(); end
		module:send(reply);
		return true;
	end
	module:hook("iq-set/host/" .. NS .. ":order", line.guarded(carry_out), 900);

	local function page(event, size, keys, describe, after)
		local attr = event.stanza.attr;
		local epoch, seq = line.position();
		local last = math.min(after + size, #keys);
		local parts = { ("<iq type='result' from='%s' to='%s' id='%s'><snapshot xmlns='%s' epoch='%s' seq='%s'%s>"):format(
			st.xml_escape(attr.to), st.xml_escape(attr.from), st.xml_escape(attr.id or ""), NS, epoch, seq,
			last < #keys and (" next='%d'"):format(last) or "") };
		for index = after + 1, last do parts[#parts + 1] = describe(keys[index]); end
		parts[#parts + 1] = "</snapshot></iq>";
		line.write(table.concat(parts));
	end

	-- `list` answers the keys of all there is (asked once, at after='0'); `describe` makes the XML of one as it is now.
	function line.answer_snapshot(size, list, describe)
		local keys;
		local function answer(event)
			if not line.from_agent(event) then return line.reject(event, "auth", "forbidden"); end
			local after = math.tointeger(tonumber(event.stanza.tags[1].attr.after or "0"));
			if after == 0 then keys = list(); end
			if not keys or not after or after < 0 or after > #keys then
				return line.reject(event, "cancel", "item-not-found", "No listing under way: begin at 0");
			end
			page(event, size, keys, describe, after);
			return true;
		end
		module:hook("iq-get/host/" .. NS .. ":snapshot", line.guarded(answer), 900);
	end
end
