/**
 * What Redis does with epochs, with values beside them and with leases, each in one step.
 *
 * @module
 */

/** So many characters before each value say of which epochs it is. */
export const MARK_CHARACTERS = 8;

/** The server that answers, which is another one after a restart or a fail-over. */
const SERVER = `
local server = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''`;

/** No more than this of values comes with one look: a long reply would hold up what shares the connection. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/**
 * Gives a product without an epoch one, and returns the server with the epochs, what became of leases,
 * and the values, of those epochs alone.
 */
const READ = `${SERVER}
local held = { server }
for i = 5, #ARGV do
  local epoch = redis.call('HGET', KEYS[1], ARGV[i])
  if not epoch then
    epoch = ARGV[1]
    redis.call('HSET', KEYS[1], ARGV[i], epoch)
  end
  held[#held + 1] = epoch
end
local reply, size = { table.concat(held, ' '), 'none' }, 0
for i = 3, #KEYS do reply[i] = '' end
local mark = string.sub(redis.sha1hex(reply[1]), 1, ${MARK_CHARACTERS})
local function read(i)
  local value = redis.call('GET', KEYS[i])
  if not value or string.sub(value, 1, ${MARK_CHARACTERS}) ~= mark then return false end
  size = size + #value
  if size > ${MOST_CHARACTERS} then return false end
  reply[i] = value
  return true
end`;

/**
 * Takes one lease where there is no value at all. Who makes a value since before a change has no
 * lease of what holds after it.
 */
export const FIND = `${READ}
local has_value = false
for i = 3, #KEYS do has_value = read(i) or has_value end
if ARGV[2] == '' or has_value and ARGV[4] == '0' then return reply end
local owned = redis.call('GET', KEYS[2])
if owned and string.find(owned, reply[1], 1, true) then
  reply[2] = 'taken'
elseif not redis.pcall('SET', KEYS[2], ARGV[2] .. ' ' .. reply[1], 'PX', ARGV[3]).err then
  reply[2] = 'mine'
end
return reply`;

/** Leases that lie together, a count; what was never given back is more than that some day. */
const MOST_LEASES = 10000;

/**
 * Takes the lease of every value that is not there, all of them in one hash, and says which are
 * taken. Who has waited asks for those first, and reads what is nobody's alone.
 */
export const FIND_EACH = `${READ}
local taken, now = {}, 0
local function not_taken(all)
  if ARGV[2] == '' or #all == 0 then return all end
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
  local names, left = {}, {}
  for at, i in ipairs(all) do names[at] = KEYS[i] end
  local owners = redis.call('HMGET', KEYS[2], unpack(names))
  for at, i in ipairs(all) do
    local ends, owned = string.match(owners[at] or '', '^(%d+) (%w+) ')
    if owned == mark and tonumber(ends) > now then taken[#taken + 1] = i - 3
    else left[#left + 1] = i end
  end
  return left
end
local all, absent = {}, {}
for i = 3, #KEYS do all[i - 2] = i end
if ARGV[4] == '1' then all = not_taken(all) end
for _, i in ipairs(all) do
  if not read(i) then absent[#absent + 1] = i end
end
if ARGV[4] == '0' then absent = not_taken(absent) end
if ARGV[2] == '' then return reply end
if #absent > 0 then
  local owner, owners = string.format('%.0f', now + ARGV[3]) .. ' ' .. mark .. ' ' .. ARGV[2], {}
  for at, i in ipairs(absent) do owners[2 * at - 1], owners[2 * at] = KEYS[i], owner end
  if redis.call('HLEN', KEYS[2]) > ${MOST_LEASES} then redis.call('DEL', KEYS[2]) end
  if type(redis.pcall('HSET', KEYS[2], unpack(owners))) == 'number' then
    redis.call('PEXPIRE', KEYS[2], ARGV[3])
    reply[2] = 'mine'
  end
end
reply[2] = reply[2] .. ' ' .. table.concat(taken, ' ')
return reply`;

export const RELEASE = `
local owned = redis.call('GET', KEYS[1])
if not owned or not string.find(owned, ARGV[1], 1, true) then return 0 end
return redis.call('DEL', KEYS[1])`;

export const RELEASE_EACH = `
local owned = {}
for at, owner in ipairs(redis.call('HMGET', KEYS[1], unpack(ARGV, 2))) do
  if owner and string.find(owner, ARGV[1], 1, true) then owned[#owned + 1] = ARGV[at + 1] end
end
if #owned == 0 then return 0 end
return redis.call('HDEL', KEYS[1], unpack(owned))`;

/** What has no text is deleted. */
export const KEEP = `${SERVER}
local held = { server }
local last = 2 + ARGV[2]
for i = 3, last do held[#held + 1] = redis.call('HGET', KEYS[1], ARGV[i]) or '' end
if table.concat(held, ' ') ~= ARGV[1] then return 0 end
for i = 2, #KEYS do
  local at = last + 2 * i - 3
  if ARGV[at] == '' then redis.call('DEL', KEYS[i])
  else redis.call('SET', KEYS[i], ARGV[at], 'PX', ARGV[at + 1]) end
end
return 1`;

/** How many changes of a product are remembered, for who looks later. */
const REMEMBERED_CHANGES = 16;

/**
 * Gives a product a new epoch and notes what has changed with it, or takes the epochs of all. A Redis that is
 * full refuses a new epoch but can still lose the old one, which forgets as well.
 */
export const FORGET = `${SERVER}
if #ARGV == 1 then
  redis.call('DEL', KEYS[1], KEYS[2])
  return { server, '' }
end
local before = redis.call('HGET', KEYS[1], ARGV[2]) or ''
local lines = {}
for line in string.gmatch(redis.call('HGET', KEYS[2], ARGV[2]) or '', '[^\\n]+') do lines[#lines + 1] = line end
if #lines >= ${REMEMBERED_CHANGES} then table.remove(lines, 1) end
lines[#lines + 1] = before .. ' ' .. ARGV[1] .. ' ' .. ARGV[3]
for i, value in ipairs({ ARGV[1], table.concat(lines, '\\n') }) do
  local reply = redis.pcall('HSET', KEYS[i], ARGV[2], value)
  if type(reply) == 'table' and reply.err then redis.call('HDEL', KEYS[i], ARGV[2]) end
end
return { server, before }`;

/** Says all epochs, and what is known of the changes of products that have another one than is given. */
export const LOOK = `${SERVER}
local logs = {}
for i = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) ~= ARGV[i + 1] then
    logs[#logs + 1] = ARGV[i]
    logs[#logs + 1] = redis.call('HGET', KEYS[2], ARGV[i]) or ''
  end
end
return { server, redis.call('HGETALL', KEYS[1]), logs }`;
