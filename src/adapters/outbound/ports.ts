const web = new Set([80, 443]);
const firstUnprivileged = 1024;

/** Services that obey whoever reaches them, or that misread a request as commands of their own. */
const others = new Set([
  1433, 1521, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 4222, 4369, 5432, 5433, 5672, 5900, 5984, 6000, 6222, 6379, 6380, 6443, 6665, 6666,
  6667, 6668, 6669, 6697, 7000, 7001, 7199, 8222, 9042, 9092, 9160, 9200, 9300, 10250, 10255, 11211, 15672, 26379, 27017, 27018, 27019,
  27020,
]);

/** Whether a web server is expected there. */
export const isWebPort = (port: number): boolean => (port < firstUnprivileged ? web.has(port) : !others.has(port));
