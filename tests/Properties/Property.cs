using System.Globalization;
using System.Security.Cryptography;
using CsCheck;

namespace MIOpenDarts.Tests.Properties;

/// <summary>
/// What must hold for every case of a generator. Every test project draws its cases here: from one fixed seed, so that a run says the same
/// on every machine, or, where MIOPENDARTS_FREE_SEEDS is 1, from a seed of chance, which is told. Where it is another number, from that
/// one.
/// </summary>
internal static class Property
{
    public const string Variable = "MIOPENDARTS_FREE_SEEDS";

    private const ulong Fixed = 20_190_423;

    private static readonly ulong Seed = Choose(Environment.GetEnvironmentVariable(Variable));

    /// <summary>
    /// Checks so many cases, one after the other. CsCheck would draw all but the first from a generator of its own, so each case is its
    /// first.
    /// </summary>
    public static void Holds<T>(this Gen<T> cases, Action<T> check, int count = 100)
    {
        if (Seed != Fixed) TestContext.Current.SendDiagnosticMessage(Told);
        for (uint i = 0; i < count; i++)
        {
            try
            {
                cases.Sample(check, seed: new PCG(i, Seed).ToString(), iter: 1, threads: 1);
            }
            catch (CsCheckException e)
            {
                throw new InvalidOperationException($"case {i} of {count}: {e.Message} ({Told})", e.InnerException ?? e);
            }
        }
    }

    public static void Holds<T>(this Gen<T> cases, Func<T, bool> check, int count = 100) =>
        cases.Holds((Action<T>)(t => Assert.True(check(t))), count);

    public static void Holds<T1, T2>(this Gen<(T1, T2)> cases, Func<T1, T2, bool> check, int count = 100) =>
        cases.Holds(t => check(t.Item1, t.Item2), count);

    public static void Holds<T1, T2>(this Gen<(T1, T2)> cases, Action<T1, T2> check, int count = 100) =>
        cases.Holds(t => check(t.Item1, t.Item2), count);

    public static void Holds<T1, T2, T3>(this Gen<(T1, T2, T3)> cases, Action<T1, T2, T3> check, int count = 100) =>
        cases.Holds(t => check(t.Item1, t.Item2, t.Item3), count);

    public static void Holds<T1, T2, T3, T4>(this Gen<(T1, T2, T3, T4)> cases, Action<T1, T2, T3, T4> check, int count = 100) =>
        cases.Holds(t => check(t.Item1, t.Item2, t.Item3, t.Item4), count);

    public static void Holds<T1, T2, T3, T4, T5, T6>(this Gen<(T1, T2, T3, T4, T5, T6)> cases, Action<T1, T2, T3, T4, T5, T6> check,
        int count = 100) =>
        cases.Holds(t => check(t.Item1, t.Item2, t.Item3, t.Item4, t.Item5, t.Item6), count);

    /// <summary>The seed of a run: fixed unless the variable's value asks for chance or names another.</summary>
    /// <exception cref="ArgumentException">The value is neither.</exception>
    internal static ulong Choose(string? value) => value switch
    {
        null or "" or "0" => Fixed,
        "1" => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 2,
        _ when ulong.TryParse(value, CultureInfo.InvariantCulture, out var seed) => seed,
        _ => throw new ArgumentException(
            $"{Variable} is {value}; it takes 0 for the fixed seed, 1 for one of chance, or the number of a seed."),
    };

    private static string Told => $"cases of seed {Seed}; {Variable}={Seed} draws them again";
}
