-- One heartbeat of the next agent, again and again: a machine with two GPUs that are busy in half of its minutes.
local tokens, seq = {}, tonumber(os.getenv("BENCH_SEQ"))

function init(_arguments)
  for line in io.lines(os.getenv("BENCH_TOKENS")) do
    tokens[#tokens + 1] = "Bearer " .. line
  end
  math.randomseed(7)
end

local GPU = '{"index":%d,"name":"NVIDIA H100 80GB HBM3","utilisation":%d,"memory_used_mb":40210,"memory_total_mb":81559,'
  .. '"temperature_c":61,"power_w":402.5,"processes":1}'
local BODY = '{"version":"0.1.0","boot":"5f1c0a9e","seq":%d,"samples":[{"at":"%s","gpus":[%s,%s],"cpu_percent":12.5,'
  .. '"ram_used_mb":50120,"ram_total_mb":257000,"disk_used_gb":310.5,"disk_total_gb":1000,"net_in_mbps":1.5,'
  .. '"net_out_mbps":0.5,"sessions":0,"notebooks":0,"processes":[]}],"facts":null,"notices":[],"acks":[]}'

function request()
  seq = seq + 1
  local busy = math.random(0, 1) * 90
  local body = string.format(BODY, seq, os.date("!%Y-%m-%dT%H:%M:%SZ"),
    string.format(GPU, 0, busy), string.format(GPU, 1, busy))
  local headers = { ["Authorization"] = tokens[seq % #tokens + 1], ["Content-Type"] = "application/json" }
  return wrk.format("POST", nil, headers, body)
end
