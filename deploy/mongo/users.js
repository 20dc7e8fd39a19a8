// Run once by the mongo image, on an empty data folder: a user per service, who reads and writes its own database only.
const users = JSON.parse(require("fs").readFileSync("/run/secrets/chumchon/mongo-users.json", "utf8"));
for (const [service, pwd] of Object.entries(users)) {
  db.getSiblingDB("admin").createUser({
    user: service,
    pwd: pwd,
    roles: [{ role: "readWrite", db: `chumchon_${service}` }],
  });
}
