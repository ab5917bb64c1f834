/**
 * What Redis runs, each script at one moment: the first key holds the epochs by product.
 *
 * @module
 */

/** The server that answers, which is another one after a restart or a fail-over. */
const SERVER = `
local server = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''`;

/** No more than this of values comes with one look: a long reply would hold up what shares the connection. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/**
 * Gives a product without an epoch one, takes the lease where there is no value, and returns the server
 * with the epochs, what became of the lease, and the values. Who makes a value since before a change
 * has no lease of what holds after it.
 */
export const FIND = `${SERVER}
local held = { server }
for i = 5, #ARGV do
  local epoch = redis.call('HGET', KEYS[1], ARGV[i])
  if not epoch then
    epoch = ARGV[1]
    redis.call('HSET', KEYS[1], ARGV[i], epoch)
  end
  held[#held + 1] = epoch
end
local reply, has_value, size = { table.concat(held, ' '), 'none' }, false, 0
for i = 3, #KEYS do
  reply[i] = redis.call('GET', KEYS[i]) or ''
  size = size + #reply[i]
  if size > ${MOST_CHARACTERS} then reply[i] = '' end
  has_value = has_value or reply[i] ~= ''
end
if ARGV[2] == '' or has_value and ARGV[4] == '0' then return reply end
local owned = redis.call('GET', KEYS[2])
if owned and string.find(owned, reply[1], 1, true) then
  reply[2] = 'taken'
elseif not redis.pcall('SET', KEYS[2], ARGV[2] .. ' ' .. reply[1], 'PX', ARGV[3]).err then
  reply[2] = 'mine'
end
return reply`;

export const RELEASE = `
local owned = redis.call('GET', KEYS[1])
if not owned or not string.find(owned, ARGV[1], 1, true) then return 0 end
return redis.call('DEL', KEYS[1])`;

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
