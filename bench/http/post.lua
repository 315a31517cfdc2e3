-- wrk script: POSTs the lines of a file in turn, or GETs when there is none; prints one line of JSON.
-- wrk ... -s post.lua URL -- [FILE]

local requests = {}
local turn = 0

function init(args)
  if args[1] then
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/json"
    for line in io.lines(args[1]) do
      requests[#requests + 1] = wrk.format(nil, nil, nil, line)
    end
  else
    requests[1] = wrk.format()
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '{"requests":%d,"duration_s":%.6f,"bytes":%d,"errors":%d,"bad_status":%d,' ..
    '"p50_ms":%.3f,"p90_ms":%.3f,"p99_ms":%.3f,"p999_ms":%.3f,"max_ms":%.3f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    e.connect + e.read + e.write + e.timeout, e.status,
    latency:percentile(50) / 1e3, latency:percentile(90) / 1e3, latency:percentile(99) / 1e3,
    latency:percentile(99.9) / 1e3, latency.max / 1e3))
end
