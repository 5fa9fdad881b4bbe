import json,os,subprocess,time,psutil
from actors.local import state
from actors.local.home import Home
from pathlib import Path
h=Home(Path("/tmp/lx/h3"))
for n in ("mongod","nats","ray","envoy","discover"):
    s=state.read(h); one=s.components[n]; r=one.restarts; t=time.time(); os.kill(one.process.pid,9)
    while True:
        one=state.read(h).components[n]
        if one.restarts>r and one.condition=="ready": break
        time.sleep(.01)
    print(n,"killed → ready",round(time.time()-t,2),"s; start",round(one.start_seconds,2))
s=state.read(h); p0=psutil.Process(s.supervisor.pid).cpu_times(); time.sleep(10); p1=psutil.Process(s.supervisor.pid).cpu_times()
print("supervisor idle CPU %", ((p1.user+p1.system)-(p0.user+p0.system))*10)
