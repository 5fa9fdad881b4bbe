-- Refuses JSON bodies that the transcoder would take in part, or take for something else: fields that the message
-- does not have, values of another JSON type, null, and text that only looks like JSON. PATHS and MESSAGES come
-- before this text, written from the descriptors. PATHS is a tree by path segment with the kind of the body under
-- each verb. A kind is "string", "number", "long" (string or number), "boolean", "any", "raw" (bytes that are not looked
-- at), the name of a message, {list = kind} or {map = kind}. MESSAGES has the kinds of each message's fields.

local byte, find, match, sub = string.byte, string.find, string.match, string.sub
local QUOTE, OPEN, CLOSE, LIST, END_LIST, COMMA, COLON = 34, 123, 125, 91, 93, 44, 58
local DEEPEST = 64

local function stop(text)
  error({text = text}, 0)
end

local function after_space(s, i)
  return find(s, "[^ \t\r\n]", i) or #s + 1
end

-- The position after the string that begins at i.
local function after_string(s, i)
  local j = i + 1
  while true do
    j = find(s, '["\\%z\1-\31]', j)
    if not j then stop("A string has no end.") end
    local b = byte(s, j)
    if b == QUOTE then return j + 1 end
    if b < 32 then stop("A string holds a control character that is not escaped.") end
    j = j + 2
  end
end

local function plain_key(key)
  if find(key, "\\", 1, true) then
    key = key:gsub("\\u00(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
    key = key:gsub("\\/", "/")
  end
  return key
end

local function after_plain(s, i, kind)
  local word = match(s, "^[%w+.-]+", i)
  if not word then stop("A value is missing or is not JSON.") end
  if word == "true" or word == "false" then
    if kind ~= "boolean" and kind ~= "any" then stop("A value is " .. word .. " where something else belongs.") end
  elseif word == "null" then
    if kind ~= "any" then stop("A value is null: leave the field out instead.") end
  else
    local whole, rest = match(word, "^-?(%d+)(.*)$")
    if not whole or (#whole > 1 and byte(whole) == 48) then stop("A value is not JSON.") end
    local fraction = match(rest, "^%.%d+")
    if fraction then rest = sub(rest, #fraction + 1) end
    if rest ~= "" and not match(rest, "^[eE][+-]?%d+$") then stop("A number is not JSON.") end
    if kind ~= "number" and kind ~= "long" and kind ~= "any" then
      stop("A value is a number where something else belongs.")
    end
  end
  return i + #word
end

local after_value

local function after_object(s, i, kind, depth)
  local fields = MESSAGES[kind]
  local map = kind == "any" and kind or kind.map
  if not fields and not map then stop("A value is an object where something else belongs.") end
  i = after_space(s, i + 1)
  if byte(s, i) == CLOSE then return i + 1 end
  while true do
    if byte(s, i) ~= QUOTE then stop("An object has a name that is not a string.") end
    local j = after_string(s, i)
    local inner = map
    if fields then
      local key = plain_key(sub(s, i + 1, j - 2))
      inner = fields[key]
      if not inner then stop('There is no field "' .. sub(key, 1, 80) .. '" in ' .. kind .. ".") end
    end
    i = after_space(s, j)
    if byte(s, i) ~= COLON then stop("A name in an object has no value.") end
    i = after_space(s, after_value(s, after_space(s, i + 1), inner, depth))
    local b = byte(s, i)
    if b == CLOSE then return i + 1 end
    if b ~= COMMA then stop("An object has no end.") end
    i = after_space(s, i + 1)
  end
end

local function after_list(s, i, kind, depth)
  local inner = kind == "any" and kind or kind.list
  if not inner then stop("A value is a list where something else belongs.") end
  i = after_space(s, i + 1)
  if byte(s, i) == END_LIST then return i + 1 end
  while true do
    i = after_space(s, after_value(s, i, inner, depth))
    local b = byte(s, i)
    if b == END_LIST then return i + 1 end
    if b ~= COMMA then stop("A list has no end.") end
    i = after_space(s, i + 1)
  end
end

after_value = function(s, i, kind, depth)
  if depth > DEEPEST then stop("Objects and lists are nested too deeply.") end
  local b = byte(s, i)
  if b == QUOTE then
    if kind ~= "string" and kind ~= "long" and kind ~= "any" then
      stop("A value is a string where something else belongs.")
    end
    return after_string(s, i)
  end
  if b == OPEN then return after_object(s, i, kind, depth + 1) end
  if b == LIST then return after_list(s, i, kind, depth + 1) end
  return after_plain(s, i, kind)
end

local function check(s, kind)
  local i = after_space(s, 1)
  if MESSAGES[kind] and byte(s, i) ~= OPEN then stop("The body is not a JSON object.") end
  if after_space(s, after_value(s, i, kind, 0)) <= #s then stop("Something follows the JSON value.") end
end

local function find_leaf(node, path, i, verb)
  local first, last = find(path, "[^/]+", i)
  if not first then return node[verb] end
  local part = sub(path, first, last)
  local literal = node.parts and node.parts[part]
  local leaf = literal and find_leaf(literal, path, last + 1, verb)
  if leaf then return leaf end
  return node.any and find_leaf(node.any, path, last + 1, verb)
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local kind = find_leaf(PATHS, match(headers:get(":path"), "^[^?]*"), 1, headers:get(":method"))
  if not kind then return end
  local media = headers:get("content-type")
  local body = handle:body() -- waits; `headers` may not be used after it
  if not body or body:length() == 0 or kind == "raw" then return end
  if media and not find(media, "^application/json") then
    handle:respond({[":status"] = "415"}, "")
    return
  end
  local fine, refused = pcall(check, body:getBytes(0, body:length()), kind)
  if not fine then
    handle:respond({[":status"] = "400"}, type(refused) == "table" and refused.text or "The body cannot be read.")
  end
end
