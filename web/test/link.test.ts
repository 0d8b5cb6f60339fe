import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sim, type Network } from './simzone';
import { seeded } from './files';

const wire: Network = { delay: 40, jitter: 0, loss: 0 };
const wifi: Network = { delay: 40, jitter: 30, loss: 0.05 };

/** Walks about as a player does: holds a direction for a while, sometimes stops. */
function wander(sim: Sim, seconds: number, seed: number, frame: Parameters<Sim['run']>[1] = undefined): void {
  const random = seeded(seed);
  for (let passed = 0; passed < seconds * 1000; ) {
    const turn = random() * 2 * Math.PI;
    if (random() < 0.25) sim.hold(0, 0);
    else sim.hold(Math.cos(turn), Math.sin(turn));
    const ms = 60 + Math.floor(random() * 700);
    sim.run(ms, frame);
    passed += ms;
  }
}

function ownError(sim: Sim): number {
  const own = sim.link.frame(sim.nowMs).own;
  assert.ok(own !== null);
  return Math.hypot(own.x * 16 - sim.own.state.body.x, own.y * 16 - sim.own.state.body.y);
}

function mean(list: number[]): number {
  return list.reduce((a, b) => a + b, 0) / list.length;
}

for (const hz of [20, 30, 60]) {
  test(`on a good line at ${hz} Hz nothing is ever corrected, and inputs come just in time`, () => {
    const sim = new Sim(wire, hz);
    sim.run(2000);
    sim.starved = sim.ticks = 0;
    sim.corrected = [];
    sim.leads = [];
    wander(sim, 30, 5);
    assert.equal(sim.starved, 0);
    assert.deepEqual(sim.corrected, []);
    const lead = mean(sim.leads);
    assert.ok(lead > 0.9 && lead < 1.8, `mean lead ${lead} ticks`);
    assert.ok(Math.abs(sim.link.rttMs - 80) < 8, `rtt ${sim.link.rttMs} ms, 80 are real`);
    assert.equal(sim.link.replica.desyncs, 0);
    assert.ok(sim.link.replica.checked > 25 * hz);
    sim.hold(0, 0);
    sim.run(1000);
    assert.ok(ownError(sim) < 0.5);
  });
}

test('with jitter and loss inputs come in time all the same, and corrections stay rare', () => {
  for (let seed = 1; seed <= 4; seed++) {
    const sim = new Sim(wifi, 20, seed);
    sim.run(3000);
    sim.starved = sim.ticks = 0;
    sim.corrected = [];
    wander(sim, 60, seed);
    assert.ok(sim.starved < sim.ticks * 0.01, `${sim.starved} of ${sim.ticks} ticks without an input`);
    assert.ok(sim.corrected.length < 12, `${sim.corrected.length} corrections a minute`);
    sim.hold(0, 0);
    sim.run(3000);
    assert.ok(ownError(sim) < 0.5);
  }
});

test('the clock follows a server whose clock runs faster or slower', () => {
  for (const rate of [0.995, 1.005]) {
    const sim = new Sim({ delay: 30, jitter: 10, loss: 0.01 }, 20, 3, rate);
    sim.run(3000);
    sim.starved = sim.ticks = 0;
    sim.leads = [];
    wander(sim, 60, 8);
    assert.ok(sim.starved < sim.ticks * 0.01, `rate ${rate}: ${sim.starved} of ${sim.ticks} ticks without an input`);
    assert.ok(mean(sim.leads) < 3, `rate ${rate}: mean lead ${mean(sim.leads)}`);
  }
});

test('the clock follows a path that becomes longer or shorter', () => {
  const sim = new Sim({ ...wire }, 20);
  sim.run(3000);
  for (const delay of [140, 20, 250, 40]) {
    sim.net.delay = delay;
    sim.run(6000);
    sim.starved = sim.ticks = 0;
    sim.leads = [];
    wander(sim, 10, delay);
    assert.ok(sim.starved <= 2, `delay ${delay}: ${sim.starved} of ${sim.ticks} ticks without an input`);
    const lead = mean(sim.leads);
    assert.ok(lead > 0.7 && lead < 3, `delay ${delay}: mean lead ${lead}`);
  }
});

test('the own figure answers at the next frame, and moves evenly', () => {
  const sim = new Sim(wire, 20);
  sim.run(3000);
  const before = sim.link.frame(sim.nowMs).own;
  assert.ok(before !== null);
  sim.hold(1, 0);
  const xs: number[] = [];
  sim.run(1000, (v) => xs.push(v.own?.x ?? 0));
  assert.ok((xs[2] ?? 0) > before.x, 'three frames after the key nothing moves yet');
  const steps = xs.slice(3).map((x, i) => x - (xs[i + 2] ?? 0));
  // 5 tiles a second are 80 px; a frame is 16 or 17 of the simulation's milliseconds. At first the figure makes up for the
  // part of the tick that had passed before the key.
  steps.forEach((s, i) => assert.ok(s > 1.1 && s < (i < 20 ? 2 : 1.55), `frame ${i} moved ${s} px`));
});

test('a change by the server glides, a teleport does not', () => {
  const sim = new Sim(wire, 20);
  sim.run(3000);
  let last = sim.link.frame(sim.nowMs).own;
  let widest = 0;
  const watch: Parameters<Sim['run']>[1] = (v) => {
    if (last !== null && v.own !== null) widest = Math.max(widest, Math.hypot(v.own.x - last.x, v.own.y - last.y));
    last = v.own;
  };
  sim.place(2560 + 200, 2560);
  sim.run(1500, watch);
  assert.ok(sim.corrected.length === 1 && Math.abs((sim.corrected[0] ?? 0) - 200) < 1);
  assert.ok(widest < 4, `a correction of 12.5 px moved the figure by ${widest} px in one frame`);
  assert.ok(ownError(sim) < 0.5);
  widest = 0;
  sim.place(9000, 9000);
  sim.run(1500, watch);
  assert.ok(widest > 400, 'a teleport was smoothed over');
  assert.ok(ownError(sim) < 0.5);
});

test('a state that was lost on the way is not taken for the present one', () => {
  const sim = new Sim({ delay: 40, jitter: 0, loss: 0 }, 20);
  sim.run(3000);
  sim.hold(1, 0);
  sim.run(500);
  sim.hold(0, 0);
  sim.corrected = [];
  // What the zone says while the figure comes to rest is lost, and for a while after that it says nothing of it.
  sim.net.lossDown = 1;
  sim.run(220);
  sim.net.lossDown = 0;
  sim.run(3000);
  assert.ok(ownError(sim) < 0.5);
  assert.deepEqual(sim.corrected, [], 'the prediction was right all the time');
});

test('inputs that never arrived are undone, though the server has nothing new to tell', () => {
  const sim = new Sim({ delay: 40, jitter: 0, loss: 0 }, 20);
  sim.run(3000);
  const real = sim.own.state.body.x;
  sim.net.loss = 1;
  sim.hold(1, 0);
  sim.run(300);
  sim.hold(0, 0);
  sim.run(1500); // longer than the redundancy of packets reaches
  sim.net.loss = 0;
  sim.run(4000);
  assert.equal(sim.own.state.body.x, real);
  assert.ok(ownError(sim) < 0.5, `the figure stands ${ownError(sim)} units off`);
});

test('held still by the server, the figure stands still', () => {
  const sim = new Sim(wire, 20);
  sim.run(3000);
  sim.own.set(sim.tick, { ...sim.own.state, self: { held: true } });
  sim.own.changed = sim.tick + 1;
  sim.run(500);
  sim.hold(1, 0);
  sim.corrected = [];
  sim.run(1000);
  assert.deepEqual(sim.corrected, []);
  assert.ok(ownError(sim) < 0.5);
});

test('others move evenly, on a good line and on a bad one', () => {
  for (const [net, slack] of [[wire, 0.35], [wifi, 0.7]] as const) {
    const sim = new Sim(net, 20, 6);
    sim.run(4000);
    const xs: { x: number; ms: number }[] = [];
    sim.run(20_000, (v, ms) => {
      const npc = v.entities.find((e) => e.kind === 'npc');
      assert.ok(npc !== undefined);
      xs.push({ x: npc.x, ms });
    });
    const speeds = xs.slice(1).map((p, i) => (p.x - (xs[i]?.x ?? 0)) / (p.ms - (xs[i]?.ms ?? 0)));
    const real = (40 / 16) * (20 / 1000); // px per ms
    const uneven = speeds.filter((s) => Math.abs(s - real) > real * slack).length;
    assert.ok(uneven <= speeds.length * 0.02, `${uneven} of ${speeds.length} frames with an uneven speed, delay ${net.delay} loss ${net.loss}`);
    const lag = sim.npc.state.body.x / 16 - (xs.at(-1)?.x ?? 0);
    assert.ok(lag > 0 && lag < real * 400, `others are drawn ${lag / real} ms in the past`);
  }
});

test('a figure that stood still does not drift before it goes', () => {
  const sim = new Sim(wire, 20);
  sim.walkNpc = false;
  sim.run(5000);
  const x = sim.link.frame(sim.nowMs).entities.find((e) => e.kind === 'npc')?.x ?? 0;
  sim.walkNpc = true;
  const xs: number[] = [];
  sim.run(1000, (v) => xs.push(v.entities.find((e) => e.kind === 'npc')?.x ?? 0));
  const still = xs.findIndex((v) => v > x + 0.01);
  const steps = xs.slice(still + 1).map((v, i) => v - (xs[still + i] ?? 0));
  for (const s of steps.slice(0, 20)) assert.ok(s > 0.5 && s < 1.2, `a frame moved ${s} px, ${40 / 16 / 3} were due`);
});

test('each input says what was on the screen when it was given', () => {
  for (const net of [wire, wifi]) {
    const sim = new Sim(net, 20, 4);
    const placeAt = new Map<number, number>(); // of the walker, by tick, as the zone has it
    let screen: number | null = null;
    let compared = 0;
    let said = 0;
    let newest = 0;
    sim.sent = (packet) => {
      if (packet.view === 0) return assert.equal(screen, null, 'something was on the screen');
      said++;
      assert.ok(packet.view >= 1000 && packet.view <= packet.ackTick + 1.5, `a view of ${packet.view} with ${packet.ackTick} as the newest snapshot`);
      assert.ok(packet.view <= packet.newest && packet.newest > newest);
      newest = packet.newest;
      const a = placeAt.get(Math.floor(packet.view));
      const b = placeAt.get(Math.floor(packet.view) + 1);
      if (screen === null || a === undefined || b === undefined) return;
      compared++;
      const there = (a + (b - a) * (packet.view % 1)) / 16;
      // 1/64 tick of rounding is a twenty-fifth of a pixel; on a bad line what is drawn is a guess now and then.
      if (net === wire) assert.ok(Math.abs(there - screen) < 0.05, `the walker is drawn at ${screen}, and was at ${there} at ${packet.view}`);
    };
    sim.run(10_000, (v) => {
      screen = v.entities.find((e) => e.kind === 'npc')?.x ?? null;
      placeAt.set(sim.tick, sim.npc.state.body.x);
    });
    assert.ok(said > 180 && compared > 150, `${said} packets with a view, ${compared} compared`);
  }
});

test('a zone whose ticks come at another rate is followed', () => {
  for (const hz of [10, 60]) {
    const sim = new Sim(wire, 20);
    wander(sim, 5, 3);
    sim.setRate(hz);
    wander(sim, 4, 4); // what had left by the old rate comes too late, or too early
    sim.starved = sim.ticks = 0;
    sim.corrected = [];
    sim.leads = [];
    const xs: { x: number; ms: number }[] = [];
    wander(sim, 20, 5, (v, ms) => void xs.push({ x: v.entities.find((e) => e.kind === 'npc')?.x ?? 0, ms }));
    assert.ok(Math.abs(sim.ticks - 20 * hz) < hz, `${sim.ticks} ticks in 20 s`);
    assert.equal(sim.starved, 0, `${hz} Hz: ticks without an input`);
    assert.deepEqual(sim.corrected, [], `${hz} Hz: the prediction is wrong`);
    const lead = mean(sim.leads);
    assert.ok(lead > 0.7 && lead < 2, `${hz} Hz: mean lead ${lead} ticks`);
    const real = ((40 / 16) * hz) / 1000;
    const speeds = xs.slice(1).map((p, i) => (p.x - (xs[i]?.x ?? 0)) / (p.ms - (xs[i]?.ms ?? 0)));
    const uneven = speeds.filter((s) => Math.abs(s - real) > real * 0.35).length;
    assert.ok(uneven <= speeds.length * 0.02, `${hz} Hz: ${uneven} of ${speeds.length} frames with an uneven speed`);
  }
});

test('messages alone keep the ticks going in a hidden page', () => {
  const sim = new Sim(wire, 20);
  sim.run(3000);
  sim.timers = false;
  sim.starved = sim.ticks = 0;
  sim.run(10_000);
  assert.ok(sim.starved < sim.ticks * 0.02, `${sim.starved} of ${sim.ticks} ticks without an input`);
  assert.deepEqual(sim.ends, []);
});

test('a page that slept goes on where the server is', () => {
  const sim = new Sim(wire, 20);
  sim.run(3000);
  sim.timers = false;
  const events = sim.net.loss;
  sim.net.loss = 1;
  sim.run(20_000);
  sim.timers = true;
  sim.net.loss = events;
  sim.run(3000);
  assert.deepEqual(sim.ends, []);
  sim.starved = sim.ticks = 0;
  wander(sim, 5, 9);
  assert.equal(sim.starved, 0);
  sim.hold(0, 0);
  sim.run(1000);
  assert.ok(ownError(sim) < 0.5);
});

test('silence ends a link, once', () => {
  const sim = new Sim(wire, 20);
  sim.run(3000);
  sim.net.loss = 1;
  sim.run(8000);
  assert.equal(sim.ends.length, 1);
});
