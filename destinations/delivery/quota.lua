-- One account's limits, decided in one place for every worker, by the server's own clock (milliseconds).
--
-- KEYS[1]  burst: sorted set of calls, scored by the time at which each stops counting
-- KEYS[2]  account: hash with limit, window, blocked_until
-- KEYS[3]  day: hash with used, limit, remaining, blocked_until; the key names the portal and the date
-- ARGV[1]  what to do; the rest depends on it
--
-- A call counts from the moment it is granted until a whole window after its answer came, not after it was
-- granted: wherever in between the destination counted it, its own sliding window never sees more than we do.

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local burst, account, day = KEYS[1], KEYS[2], KEYS[3]

local function number(key, field, otherwise)
  return tonumber(redis.call('HGET', key, field) or '') or otherwise
end

local function keep(key, milliseconds)
  redis.call('PEXPIRE', key, milliseconds)
end

local DAY = 26 * 3600 * 1000

-- Calls left today above the reserve, or nil when unknown.
local function left_today(daily, share)
  local limit = number(day, 'limit', daily)
  if limit < 0 then return nil end
  local remaining = number(day, 'remaining', limit - number(day, 'used', 0))
  return math.floor(remaining - limit * share)
end

local function acquire(call, burst_limit, window, hold, share, wanted, daily)
  local blocked = number(account, 'blocked_until', 0)
  if blocked > now then return {0, blocked - now, 'blocked'} end
  blocked = number(day, 'blocked_until', 0)
  if blocked > now then return {0, blocked - now, 'daily'} end

  local today = left_today(daily, share)
  if today and today <= 0 then return {0, -1, 'daily'} end

  redis.call('ZREMRANGEBYSCORE', burst, '-inf', now)
  window = number(account, 'window', window)
  local limit = math.max(1, math.floor(number(account, 'limit', burst_limit) * (1 - share)))
  local counted = redis.call('ZCARD', burst)
  if counted >= limit then
    local nth = math.min(counted - limit + wanted, counted) - 1
    local entry = redis.call('ZRANGE', burst, nth, nth, 'WITHSCORES')
    return {0, math.max(1, math.min(tonumber(entry[2]) - now, window)), 'burst'}
  end
  redis.call('ZADD', burst, now + window + hold, call)
  keep(burst, window + hold)
  redis.call('HINCRBY', day, 'used', 1)
  if redis.call('HEXISTS', day, 'remaining') == 1 then redis.call('HINCRBY', day, 'remaining', -1) end
  keep(day, DAY)
  return {1, 0, ''}
end

-- The answer came: the call counts for one more window.
local function settle(call, window)
  redis.call('ZADD', burst, 'XX', now + number(account, 'window', window), call)
  return {1, 0, ''}
end

-- What an answer's headers said; -1 means "not stated".
local function observe(limit, remaining, window, daily_limit, daily_remaining)
  if window > 0 then redis.call('HSET', account, 'window', window) end
  if limit > 0 then
    redis.call('HSET', account, 'limit', limit)
    keep(account, DAY)
  end
  if limit > 0 and remaining >= 0 then
    -- Calls that are not ours fill the same window: stand-ins make room for them. The margin covers calls that
    -- stopped counting here while the answer was on its way.
    redis.call('ZREMRANGEBYSCORE', burst, '-inf', now)
    local strangers = limit - remaining - redis.call('ZCARD', burst)
    if strangers > math.max(3, limit * 0.05) then
      local until_then = now + number(account, 'window', 10000)
      for i = 1, strangers do redis.call('ZADD', burst, until_then, 'stranger:' .. now .. ':' .. i) end
    end
  end
  if daily_limit >= 0 then
    redis.call('HSET', day, 'limit', daily_limit)
    local known = number(day, 'remaining', daily_remaining)
    if daily_remaining >= 0 then redis.call('HSET', day, 'remaining', math.min(known, daily_remaining)) end
    keep(day, DAY)
  end
  return {1, 0, ''}
end

local function block(which, milliseconds)
  local key = which == 'daily' and day or account
  redis.call('HSET', key, 'blocked_until', math.max(number(key, 'blocked_until', 0), now + milliseconds))
  keep(key, math.max(DAY, milliseconds))
  return {1, 0, ''}
end

local function outlook(daily, share)
  local today = left_today(daily, share)
  return {today and math.max(today, 0) or -1, number(account, 'limit', -1), ''}
end

-- Our calls today, the account's limit and what all of its apps have left; -1 where unknown.
local function today(daily)
  return {number(day, 'used', 0), number(day, 'limit', daily), number(day, 'remaining', -1)}
end

local what = ARGV[1]
local function n(i) return tonumber(ARGV[i]) end

if what == 'acquire' then return acquire(ARGV[2], n(3), n(4), n(5), n(6), n(7), n(8)) end
if what == 'settle' then return settle(ARGV[2], n(3)) end
if what == 'observe' then return observe(n(2), n(3), n(4), n(5), n(6)) end
if what == 'block' then return block(ARGV[2], n(3)) end
if what == 'outlook' then return outlook(n(2), n(3)) end
if what == 'today' then return today(n(2)) end
return redis.error_reply('unknown request')
